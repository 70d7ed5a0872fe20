import { readForm } from './form.ts'
import { readMultipart } from './multipart.ts'

/**
 * RFC 8058, one-click unsubscription: only a POST that carries `List-Unsubscribe=One-Click` takes somebody off a list.
 * Scanners fetch every link of a mail, so a GET shows a page that asks, and a HEAD says nothing.
 */
export type OneClick = 'unsubscribe' | 'confirm' | 'nothing'

/** What the link answers when all is well on our side. */
export const ONE_CLICK_STATUS = { unsubscribe: 200, confirm: 200, nothing: 400 } as const satisfies Record<
  OneClick,
  number
>

const FIELD = 'List-Unsubscribe'
const VALUE = 'One-Click'

export function readOneClick(method: string, contentType: string, body: string): OneClick {
  if (method === 'GET' || method === 'HEAD') return 'confirm'
  if (method !== 'POST') return 'nothing'
  const type = contentType.toLowerCase()
  const isMultipart = type.startsWith('multipart/form-data')
  if (!isMultipart && !type.startsWith('application/x-www-form-urlencoded')) return 'nothing'
  const fields = (isMultipart ? readMultipart(contentType, body) : readForm(body)) ?? []
  return fields.some(([name, value]) => name === FIELD && value === VALUE) ? 'unsubscribe' : 'nothing'
}
