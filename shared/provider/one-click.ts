import { readForm } from './form.ts'

/**
 * RFC 8058, one-click unsubscription: only a POST that carries `List-Unsubscribe=One-Click` takes somebody off a list.
 * Scanners fetch every link of a mail, so a GET shows a page that asks, and a HEAD says nothing.
 */
export type OneClick = 'unsubscribe' | 'confirm' | 'nothing'

const FIELD = 'List-Unsubscribe'
const VALUE = 'One-Click'

export function readOneClick(method: string, contentType: string, body: string): OneClick {
  if (method === 'GET' || method === 'HEAD') return 'confirm'
  if (method !== 'POST') return 'nothing'
  const type = contentType.toLowerCase()
  if (type.startsWith('multipart/form-data')) return multipartSaysSo(contentType, body) ? 'unsubscribe' : 'nothing'
  if (!type.startsWith('application/x-www-form-urlencoded')) return 'nothing'
  const fields = readForm(body) ?? []
  return fields.some(([name, value]) => name === FIELD && value === VALUE) ? 'unsubscribe' : 'nothing'
}

function multipartSaysSo(contentType: string, body: string): boolean {
  const named = /boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType)
  const boundary = named?.[1] ?? named?.[2]
  if (boundary === undefined) return false
  return body.split(`--${boundary}`).some((part) => {
    const [head = '', value] = part.split(/\r?\n\r?\n/, 2)
    return new RegExp(`name="?${FIELD}"?(?:[;\\s]|$)`, 'i').test(head) && value?.trim() === VALUE
  })
}
