import { channelName } from '../../shared/tracking/link-event.ts'

/** The words of the pages. Nothing of the person stands on them: who has the link need not be who it was made for. */
export const CONFIRM_FIELD = 'unsubscribe'

export function goneLinkPage(): string {
  return document('This link does not work', '<p>It may have expired, or it was not copied as a whole.</p>')
}

export function askPage(channel: string): string {
  const what = escaped(channelName(channel))
  const form = `<form method="post"><button name="${CONFIRM_FIELD}" value="yes">Unsubscribe</button></form>`
  return document('Unsubscribe', `<p>You will receive no more messages by ${what}.</p>${form}`)
}

export function donePage(channel: string): string {
  const what = escaped(channelName(channel))
  return document('You are unsubscribed', `<p>You will receive no more messages by ${what}.</p>`)
}

export function laterPage(): string {
  return document('Please try again', '<p>We could not note this just now. Please try again in a moment.</p>')
}

function document(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>
:root { color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif }
main { max-width: 32rem; margin: 15vh auto 0; padding: 0 1.5rem }
button { font: inherit; padding: .6rem 1.4rem; border: 0; border-radius: .4rem; background: #1d4ed8; color: #fff; cursor: pointer }
</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
