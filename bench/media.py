"""What large files cost."""
import uploads


def run(bench, _chosen):
    uploads.run(bench)
