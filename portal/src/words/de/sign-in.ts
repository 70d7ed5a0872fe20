import type { signIn as words } from '../en/sign-in.ts'

export const signIn: Record<keyof typeof words, string> = {
  'signIn.title': 'Anmelden',
  'signIn.lead': 'Sehen, was ankommt, wer die Menschen sind und was sie als Nächstes tun.',
  'signIn.token': 'API-Token',
  'signIn.tokenHint': 'Es beginnt mit tk_; npm start zeigt es an, oder es wird in den Einstellungen angelegt.',
  'signIn.submit': 'Anmelden',
  'signIn.linkUsed': 'Dieser Link wurde schon benutzt oder ist abgelaufen. Melden Sie sich mit einem Token an.',
  'signIn.wrong': 'Dieses API-Token ist falsch, abgelaufen oder widerrufen.',
}
