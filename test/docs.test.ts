import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { generatedPages } from '../scripts/docs/generated-pages.ts'
import { CONNECTORS } from '../shared/connector/index.ts'
import { pluginTypes } from '../shared/plugin/index.ts'

/** Docs in step with the code: generated pages, links, commands and the laws that headers state. */
const read = (path: string) => readFileSync(path, 'utf8')
const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => join(folder, path))

const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...filesIn('docs', '.md')]

test.each(Object.entries(generatedPages()))('%s is what `npm run docs` writes', (path, text) => {
  expect(existsSync(path) && read(path)).toBe(text)
})

test.each(pages)('every link of %s leads somewhere', (path) => {
  const links = [...read(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1] as string)
  expect(links.filter((link) => !existsSync(join(dirname(path), link)))).toEqual([])
})

test.each(pages)('every npm script and source file that %s names exists', (path) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const text = read(path)
  const named = [...text.matchAll(/npm run (?:-s )?([a-z:]+)/g)].map((match) => match[1] as string)
  expect(named.filter((name) => !(name in scripts))).toEqual([])
  const files = [...text.matchAll(/`((?:shared|platform|durable-objects|queues|workers|test|scripts)\/[\w./-]+\.ts)`/g)]
  expect(files.map((match) => match[1] as string).filter((file) => !existsSync(file))).toEqual([])
})

test.each(CONNECTORS)('docs/connectors.md says what $name makes of a record', ({ name, type, format }) => {
  expect(read('docs/connectors.md')).toContain(`### ${name}\n\n${type}, ${format}: `)
})

test.each(pluginTypes)('docs/plugins.md tells of $name', ({ name }) => {
  expect(read('docs/plugins.md')).toContain(`\`${name}\``)
})

describe('laws', () => {
  /** Law, as its header states it → title of the property test that holds it. */
  const HELD: Readonly<Record<string, string>> = {
    'of the writes of a trait one stands, all earlier ones lost, and a later one was not taken':
      'of the writes of a trait one stands, all earlier ones lost, and a later one was not taken',
    'no letter and no digit of a personal text is left': 'no letter and no digit of a personal text is left',
    'types and shape of an answer stay: keys, lengths, and the type of every value':
      'types and shape of an answer stay: keys, lengths, and the type of every value',
    'nothing that stands under a personal name is left, wherever it stands':
      'nothing that stands under a personal name is left, wherever it stands',
    'what is masked stays as it is when it is masked again': 'what is masked stays as it is when it is masked again',
    'a pulse is the same however the rows of meters were grouped and folded':
      'a pulse is the same however the rows of meters were grouped and folded',
    'every copy that a watcher asked for is either sent or counted as skipped, failures first':
      'loses no copy that was asked for, and leaves out failures last',
    'what steps add is bounded: a few of them that double something cannot fill the memory':
      'what steps add is bounded: a few of them that double something cannot fill the memory',
    'an event whose document nobody changed comes back as it was':
      'an event whose document nobody changed comes back as it was',
    'what comes out is a valid event of the same source, messageId, type and arrival, or nothing does':
      'what comes out is a valid event of the same source, messageId, type and arrival, or nothing does',
    'two documents differ nowhere exactly when they are equal':
      'two documents differ nowhere exactly when they are equal',
    'the statistics of rows do not depend on how they were grouped or in which order':
      'the statistics of rows do not depend on how they were grouped or in which order',
    'what was known with the difference applied is what was found':
      'what was known with the difference applied is what was found',
    'counts of profiles do not depend on how they were grouped or in which order':
      'counts of profiles do not depend on how they were grouped or in which order',
    'the owners do not depend on the order or repetition of what was told':
      'the owners do not depend on the order or repetition of what was told',
    'whatever the order of the events, intervals of one person and segment are disjoint, and at most one is open':
      'whatever the order of the events, intervals of one person and segment are disjoint, and at most one is open',
    'any grouping of the same events, in any order, gives the same sessions':
      'any grouping of the same events, in any order, gives the same sessions',
    'every applied copy gives exactly one row, whatever rounds and files its lines come in':
      'every applied copy gives exactly one row, whatever rounds and files its lines come in',
    'filling never changes what the sender said, and filling twice is filling once':
      'filling never changes what the sender said, and filling twice is filling once',
    'nothing finer than the precision is left, and trimming again changes nothing':
      'nothing finer than the precision is left, and trimming again changes nothing',
    'never throws, whatever the text': 'never throws, whatever the text',
    'in any order the enrichments give the same event, and what the sender said is never changed':
      'in any order the enrichments give the same event, and what the sender said is never changed',
    'enriching twice is enriching once': 'enriching twice is enriching once',
    'the result does not depend on the order of the answers': 'the result does not depend on the order of the answers',
    'a field that no plugin declared keeps its value': 'a field that no plugin declared keeps its value',
    'counts of calls are the same in any order and any grouping':
      'counts of calls are the same in any order and any grouping',
    'the event of a line is the event that was applied, whatever the settings have become since':
      'the event of a line is the event that was applied, whatever the settings have become since',
    'without limits the partition is the connected components of the messages, in any order':
      'without limits no event is lost, doubled or misplaced, and the partition is the connected components',
    'no limit is ever exceeded by a message with a public key': 'with one user per profile the limit also holds',
    'a shared value never joins two people': 'a value seen with too many people joins no two of them, in any order',
    'the order in which events of providers arrive does not change what is suppressed':
      'the order in which events of providers arrive does not change what is suppressed',
    'two sides of a fence are never in one profile, whatever joins in between, unless a person joins them':
      'holds through third parties, in whatever order people come together',
    'the owner at an instant, once answered, never changes':
      'a copy that is delivered again goes where it went, whatever happened in between',
    'releasing what a merge brought gives both profiles back as if each had taken its own copies alone':
      'gives both profiles back as if each had taken its own copies alone',
    'of several copies of one message at most one is told to be applied, also while profiles are merged':
      'without limits no event is lost, doubled or misplaced, and the partition is the connected components',
    'merging in any order and any grouping gives the same profile; merging twice changes nothing':
      'merging three profiles in any order and grouping gives the same profile',
    'any permutation and any repetition of the same copies gives the same profile':
      'any permutation and any repetition of the same copies gives the same profile',
    'a copy applied again answers `applied` again; another copy of the same key is `duplicate` and changes nothing':
      'a copy applied again answers applied, another copy of it duplicate, and neither changes anything',
    'any order and grouping of additions gives the same counters':
      'any order and grouping of additions gives the same counters, however often they fold on the way',
    'a rebuild of a profile that is right changes nothing a reader can see, whatever part of its archive is left':
      'changes nothing of a profile that is right, whatever part of its archive is left',
    'a rebuild from a whole archive heals whatever became of the state': 'heals whatever became of the state',
    'ENTER and EXIT of one segment alternate':
      'emission never flickers: ENTER and EXIT alternate, and once it is quiet what was told is what is',
    'nothing is emitted while a merge of the profile is in progress':
      'nothing is told while a merge into the profile is in progress',
    'joining is commutative, associative and idempotent (counters: over disjoint sets of events)':
      'merging is a join: any split of the copies over two profiles, in either role, ends the same',
    'a file read in pages of any size gives the rows that it gives in one':
      'read gives what was written, in any layout and whatever the pages',
    "an instant's wall-clock time means that instant, or the same reading of the clock before it went back":
      'an instant read from a clock means that instant, or the same reading before the clock went back',
    'a key is accepted from the moment it is made until it is revoked, and never again':
      'a key is accepted from the moment it is made until it is revoked, and never again',
    'in any stretch of time there pass at most a full bucket and what flowed in during that time':
      'in any stretch of time there pass at most a full bucket and what flowed in during that time',
    'whoever waits as long as he was told gets through, if nobody else comes':
      'whoever waits as long as he was told gets through, if nobody else comes',
    'counts of sources are the same in any order and any grouping':
      'counts of sources are the same in any order and any grouping',
    'what a token made by a token grants, that one grants too':
      'what a token made by a token grants, that one grants too',
    'nobody is joined by a rule across birthdays that differ by more than a typing error, without another strong identifier':
      'no rule joins two whose birthdays differ by more than a typing error',
    'the order and repetition of events change nothing': 'the order and repetition of events change nothing',
    'of two consents the same one stands in any order of arrival': 'stands as the latest write, whatever was folded',
    'adding is commutative, associative and idempotent, and so is joining':
      'joins to what it would be, had everything come to one place',
    'what was refused is never allowed; asking for nothing is allowed':
      'that was refused is never allowed by any policy',
    'the newest key is accepted; an older one until keepKeysDays after its end, and never once it was revoked':
      'hold from their making until so long after the next one, and never once revoked',
    'folding twice is folding once': 'folding twice is folding once',
    'the verdict over a projection is the verdict over the whole document':
      'the verdict over a projection is the verdict over the whole document',
    'the interval holds the estimate, and never claims fewer than are certain or more than are possible':
      'the interval holds the estimate, and never claims fewer than are certain or more than are possible',
    'never throws, never changes what it was given, and never reaches a prototype':
      'never throws, never changes what it was given, and reaches no prototype',
    'per profile, in the order of arrival: an item is sent only when nothing earlier of its profile waits or is under way':
      'delivers everything once, each person in order, whatever fails and however long it takes',
    "one profile's failing item keeps no other profile waiting": 'one person who fails keeps nobody else waiting',
    'while the breaker is open nothing is sent, and a single probe when it is half open':
      'never has two of one person under way, sends no item before its time, and nothing while it is open',
    'no secret of four characters or more is left anywhere in it':
      'no secret of four characters or more is left in what is shown',
    'a draft is the same in any order and any grouping of the events, and every one of them is valid under it':
      'a draft is the same in any order and any grouping of the events, and every one of them is valid under it',
    'counts of violations and their samples are the same in any order and any grouping':
      'counts of violations and their samples are the same in any order and any grouping',
    'gives the same winner in any order of arrival':
      'the later write wins in any order: commutative, associative, idempotent',
  }
  const sources = filesIn('shared', '.ts')
  const stated = sources
    .filter((path) => !/\.(test|case)\.ts$/.test(path) && !path.startsWith(join('shared', 'segment')))
    .flatMap((path) => [...read(path).matchAll(/@law (.+)$/gm)].map((match) => match[1] as string))
  const tests = [...sources, ...filesIn('test', '.ts')]
    .filter((path) => path.endsWith('.test.ts'))
    .map(read)
    .join('\n')

  test('every law that a header states is held by a test of that title, and none is listed that no header states', () => {
    expect([...stated].sort()).toEqual(Object.keys(HELD).sort())
    expect(Object.values(HELD).filter((title) => !tests.includes(`'${title}'`))).toEqual([])
  })
})
