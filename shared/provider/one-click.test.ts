import { describe, expect, test } from 'vitest'
import { readMultipart } from './multipart.ts'
import { readOneClick } from './one-click.ts'

const FORM = 'application/x-www-form-urlencoded'
const MULTIPART = 'multipart/form-data; boundary="b 1"'
const parts = (...each: readonly string[]) => `${each.map((part) => `--b 1\r\n${part}\r\n`).join('')}--b 1--\r\n`
const field = (name: string, value: string) => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`

describe('one-click unsubscription', () => {
  test.each([
    ['POST', FORM, 'List-Unsubscribe=One-Click', 'unsubscribe'],
    ['POST', `${FORM}; charset=utf-8`, 'x=1&List-Unsubscribe=One-Click', 'unsubscribe'],
    ['POST', MULTIPART, parts(field('List-Unsubscribe', 'One-Click')), 'unsubscribe'],
    ['POST', FORM, '', 'nothing'],
    ['POST', FORM, 'List-Unsubscribe=Yes', 'nothing'],
    ['POST', FORM, 'list-unsubscribe=One-Click', 'nothing'],
    ['POST', 'application/json', 'List-Unsubscribe=One-Click', 'nothing'],
    ['POST', MULTIPART, parts(field('List-Unsubscribe', 'No')), 'nothing'],
    ['POST', 'multipart/form-data', parts(field('List-Unsubscribe', 'One-Click')), 'nothing'],
    ['PUT', FORM, 'List-Unsubscribe=One-Click', 'nothing'],
    ['GET', FORM, 'List-Unsubscribe=One-Click', 'confirm'],
    ['HEAD', '', '', 'confirm'],
  ])('%s %s %j: %s', (method, type, body, expected) => {
    expect(readOneClick(method, type, body)).toBe(expected)
  })
})

describe('multipart forms', () => {
  test('are read field by field; files are left out, and a value may hold anything but the boundary', () => {
    const file = 'Content-Disposition: form-data; name="f"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nfile'
    const body = `preamble\r\n${parts(field('a', '1\r\n--b 2\r\n\r\n2'), file, field('a', ''))}epilogue`
    expect(readMultipart(MULTIPART, body)).toEqual([
      ['a', '1\r\n--b 2\r\n\r\n2'],
      ['a', ''],
    ])
  })

  test('that end too early are none', () => {
    expect(readMultipart(MULTIPART, parts(field('a', '1')).slice(0, -6))).toBeUndefined()
  })
})
