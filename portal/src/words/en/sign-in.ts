export const signIn = {
  'signIn.title': 'Sign in',
  'signIn.lead': 'See what arrives, who people are, and what they do next.',
  'signIn.token': 'API token',
  'signIn.tokenHint': 'It begins with tk_ and is printed by npm start, or made in the settings.',
  'signIn.submit': 'Sign in',
  'signIn.linkUsed':
    'This link was used already, or has ended. Sign in with a token, or restart the server for a new link.',
  'signIn.wrong': 'This API token is wrong, has expired, or was revoked.',
  'signIn.with': 'Sign in with {label}',
  'signIn.or': 'or with an API token',
  'signIn.failed.ended': 'This sign-in took too long, or was used already. Please begin again.',
  'signIn.failed.denied': 'The provider did not let you in.',
  'signIn.failed.provider':
    'Signing in with the provider did not work. If it stays so, tell an admin of your workspace.',
  'signIn.failed.unverified': 'The provider does not say that your e-mail address is verified.',
  'signIn.failed.stranger': 'You are no member of this workspace. Ask an admin to add you.',
} as const
