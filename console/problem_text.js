// What a Problem is to a person.
import { has, t } from './language.js'

/** A sentence; the server's own detail where there are no words for its code. */
export function problemText(problem) {
  const key = `problem.${problem.code}`
  if (has(key)) return t(key)
  return problem.detail || problem.message || problem.code || String(problem)
}
