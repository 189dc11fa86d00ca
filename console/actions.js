// What can be done with an account, each after a question.
import { accountPath } from './api.js'
import { openDialog } from './dialogs.js'
import { button, element } from './dom.js'
import { t } from './language.js'

// `fits` tells in which condition an action has a sense; `need` the scope.
const actions = [
  { verb: 'pause', need: 'operator', fits: a => a.desired === 'running' && a.state !== 'held' && a.state !== 'needs_login' },
  { verb: 'resume', need: 'operator', fits: a => a.desired === 'paused' || a.state === 'held' || a.state === 'needs_login' },
  { verb: 'restart', need: 'operator', fits: a => a.desired === 'running' },
  { verb: 'relogin', need: 'operator', fits: () => true, isDangerous: true },
  { verb: 'logout', need: 'operator', fits: a => a.desired === 'running', isDangerous: true },
  { verb: 'remove', need: 'admin', fits: () => true, isDangerous: true }
]

/** The bar of buttons; what the token's scope does not allow is not there. */
export function actionBar({ session, fleet }, name) {
  async function carryOut(verb) {
    if (verb === 'remove') {
      await session.api.delete(accountPath(name))
      return true
    }
    fleet.put(await session.api.post(accountPath(name, verb)))
    return true
  }

  async function ask({ verb, isDangerous }) {
    const isDone = await openDialog({
      title: t(`action.${verb}`),
      content: [element('p', {}, t(`action.${verb}.ask`, { name }))],
      confirm: t(`action.${verb}`),
      isDangerous,
      work: () => carryOut(verb)
    })
    if (isDone && verb === 'remove') {
      fleet.remove(name)
      location.hash = '#/'
    }
  }

  const offered = actions.filter(action => session.may(action.need))
  const buttons = offered.map(action => button(t(`action.${action.verb}`), () => ask(action),
    { 'data-action': action.verb, class: action.isDangerous ? 'dangerous' : null }))
  return {
    node: element('div', { class: 'buttons actions', role: 'group', 'aria-label': t('actions'), hidden: offered.length === 0 }, ...buttons),
    update(account) {
      offered.forEach((action, i) => { buttons[i].hidden = !action.fits(account) })
    }
  }
}
