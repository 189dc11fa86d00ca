// The dialog that adds an account.
import { openDialog } from './dialogs.js'
import { element } from './dom.js'
import { t, word } from './language.js'

function choice(id, values, prefix) {
  return element('select', { id }, element('option', { value: '' }, t('add.default')),
    ...values.map(value => element('option', { value }, word(prefix, value))))
}

function field(label, input, help) {
  const helpId = help ? `${input.id}-help` : null
  if (helpId) input.setAttribute('aria-describedby', helpId)
  return [element('label', { for: input.id }, label), input, help ? element('p', { class: 'help', id: helpId }, help) : '']
}

/** Answers the new account, undefined when nobody wanted it after all. */
export function addAccount(session) {
  const name = element('input', {
    id: 'add-name', required: true, pattern: '[a-z0-9][a-z0-9\\-]{0,62}', maxlength: 63, autocomplete: 'off', autocapitalize: 'off',
    spellcheck: 'false', autofocus: true
  })
  const bots = element('input', { id: 'add-bots', autocomplete: 'off', spellcheck: 'false' })
  const media = choice('add-media', ['none', 'on_demand', 'images_and_voices', 'all'], 'media')
  const login = choice('add-login', ['web', 'desktop', 'web_then_desktop'], 'login')
  const proxy = element('input', { id: 'add-proxy', type: 'password', autocomplete: 'off', spellcheck: 'false' })
  return openDialog({
    title: t('add.title'),
    content: [
      ...field(t('add.name'), name, t('add.nameHelp')),
      element('details', {}, element('summary', {}, t('add.more')),
        ...field(t('add.bots'), bots, t('add.botsHelp')),
        ...field(t('add.media'), media),
        ...field(t('add.login'), login),
        ...field(t('add.proxy'), proxy, t('add.proxyHelp')))
    ],
    confirm: t('add'),
    work() {
      const body = { name: name.value }
      const named = bots.value.split(/[\s,]+/).filter(Boolean)
      if (named.length) body.bots = named
      if (media.value) body.media = media.value
      if (login.value) body.login = login.value
      if (proxy.value) body.proxy = proxy.value
      return session.api.post('/v1/accounts', body)
    }
  })
}
