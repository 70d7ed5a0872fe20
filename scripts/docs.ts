import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { generatedPages } from './docs/generated-pages.ts'

/** `npm run docs`: writes the generated pages; test/docs.test.ts fails while they are out of step with the code. */
for (const [path, text] of Object.entries(generatedPages())) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  console.log(`wrote ${path}`)
}
