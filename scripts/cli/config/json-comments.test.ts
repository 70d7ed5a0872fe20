import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withoutComments } from './json-comments.ts'

test('comments and last commas go, and what looks like one inside of a text stays', () => {
  const text = `// head
{ /* a
 comment */ "url": "https://x.example//y", "glob": "/* no */ \\"// no\\"", // tail
  "list": [1, 2, /* three */ ], }`
  expect(JSON.parse(withoutComments(text))).toEqual({
    url: 'https://x.example//y',
    glob: '/* no */ "// no"',
    list: [1, 2],
  })
  expect(withoutComments(text).split('\n')).toHaveLength(text.split('\n').length)
  expect(withoutComments(text)).toHaveLength(text.length)
})

test('JSON without comments is read as it is, whatever its texts are', () => {
  const value = fc.jsonValue({ stringUnit: fc.constantFrom('/', '*', '"', '\\', ',', '}', ']', ' ', '\n', 'x') })
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      expect(withoutComments(text)).toBe(text)
    }),
  )
})

test('a comment between any two tokens changes nothing', () => {
  const comment = fc.constantFrom('/* x */', '// "x" {\n', '/* , ] } " */', ' ', '/**/')
  fc.assert(
    fc.property(fc.array(comment, { minLength: 12, maxLength: 12 }), (comments) => {
      const tokens = ['{', '"a//b"', ':', '[', '1', ',', '"/*"', ']', ',', '"c"', ':', 'true']
      const text = `${tokens.map((token, i) => `${token}${comments[i]}`).join('')}}`
      expect(JSON.parse(withoutComments(text))).toEqual({ 'a//b': [1, '/*'], c: true })
    }),
  )
})
