import type { signIn as words } from '../en/sign-in.ts'

export const signIn: Record<keyof typeof words, string> = {
  'signIn.title': 'Anmelden',
  'signIn.lead': 'Sehen, was ankommt, wer die Menschen sind und was sie als Nächstes tun.',
  'signIn.token': 'API-Token',
  'signIn.tokenHint': 'Es beginnt mit tk_; npm start zeigt es an, oder es wird in den Einstellungen angelegt.',
  'signIn.submit': 'Anmelden',
  'signIn.linkUsed': 'Dieser Link wurde schon benutzt oder ist abgelaufen. Melden Sie sich mit einem Token an.',
  'signIn.wrong': 'Dieses API-Token ist falsch, abgelaufen oder widerrufen.',
  'signIn.with': 'Anmelden mit {label}',
  'signIn.or': 'oder mit einem API-Token',
  'signIn.failed.ended': 'Diese Anmeldung hat zu lange gedauert oder wurde schon benutzt. Bitte beginnen Sie von vorn.',
  'signIn.failed.denied': 'Der Anbieter hat Sie nicht angemeldet.',
  'signIn.failed.provider':
    'Die Anmeldung über den Anbieter ist fehlgeschlagen. Bleibt es dabei, wenden Sie sich an einen Admin Ihres Workspace.',
  'signIn.failed.unverified': 'Der Anbieter bestätigt Ihre E-Mail-Adresse nicht.',
  'signIn.failed.stranger': 'Sie sind kein Mitglied dieses Workspace. Bitten Sie einen Admin, Sie hinzuzufügen.',
}
