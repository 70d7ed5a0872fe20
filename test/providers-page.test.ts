import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { providers } from '../shared/provider/index.ts'

/** docs/providers.md says of each provider what the code says. */
const page = readFileSync('docs/providers.md', 'utf8')

test.each(Object.values(providers))(
  'the page names $name, its settings and its refusal',
  ({ name, needs, answers }) => {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`)) ?? ''
    expect(row).toMatch(new RegExp(`\\| ${answers.refused} \\|$`))
    // Where the address is signed, the text above the table says so.
    for (const choice of needs.filter(([first]) => first !== 'publicUrl')) {
      for (const setting of choice) expect(row).toContain(`\`${setting}\``)
    }
  },
)
