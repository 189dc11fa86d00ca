# weixind in a container. Built from the checkout: docker build -t weixind .
# The second stage has the Debian package and nothing that builds it.

FROM debian:12-slim AS build
WORKDIR /src
COPY scripts/install-deps scripts/install-deps
RUN scripts/install-deps --package && rm -rf /var/lib/apt/lists/*
COPY . .
RUN scripts/package && mkdir /package && cp build/package/weixind_*.deb /package/weixind.deb

FROM debian:12-slim
# A number that volumes and Kubernetes can name. The package finds the user there, and takes it.
RUN groupadd --system --gid 10001 weixind && \
    useradd --system --uid 10001 --gid 10001 --home-dir /var/lib/weixind --no-create-home --shell /usr/sbin/nologin weixind
# The standalone tools instead of all of systemd, which a container has no use for.
RUN --mount=type=bind,from=build,source=/package,target=/package \
    apt-get update && \
    apt-get install -y --no-install-recommends systemd-standalone-sysusers systemd-standalone-tmpfiles /package/weixind.deb && \
    rm -rf /var/lib/apt/lists/*
USER 10001:10001
# The database, its key and the pictures. The root may be read-only; /run/weixind is to be a tmpfs then.
VOLUME /var/lib/weixind
# Metrics. On loopback, as everywhere, unless metrics.listen says otherwise.
EXPOSE 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=5m CMD ["weixinctl", "--no-input", "--timeout", "5", "status"]
ENTRYPOINT ["weixind"]
CMD ["--config", "/etc/weixind/weixind.toml"]
