export const signIn = {
  'signIn.title': 'Sign in',
  'signIn.lead': 'See what arrives, who people are, and what they do next.',
  'signIn.token': 'API token',
  'signIn.tokenHint': 'It begins with tk_ and is printed by npm start, or made in the settings.',
  'signIn.submit': 'Sign in',
  'signIn.linkUsed':
    'This link was used already, or has ended. Sign in with a token, or restart the server for a new link.',
  'signIn.wrong': 'This API token is wrong, has expired, or was revoked.',
} as const
