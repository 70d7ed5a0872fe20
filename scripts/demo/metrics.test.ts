import { describe, expect, it } from 'vitest'
import { decided, difference, isSettled, parseReading, parseSamples } from './metrics.ts'

const TEXT = `# HELP cdp_events_accepted_total Copies accepted
# TYPE cdp_events_accepted_total counter
cdp_events_accepted_total{workspace="default"} 20
cdp_events_processed_total 10
cdp_events_dedup_hits_total 3
cdp_events_dropped_total{reason="no_usable_identifier"} 2
cdp_events_rejected_total{reason="missing_name"} 1
cdp_events_rejected_total{reason="unknown_type"} 2
cdp_dead_letters_total{stage="parse"} 1
cdp_events_late_total 4
# TYPE cdp_events_redelivered_total counter
cdp_events_buffered 1
cdp_apply_ms_bucket{le="+Inf"} 9 1700000000000
`

describe('parseReading', () => {
  it('takes the counters of events, by reason', () => {
    expect(parseReading(TEXT)).toEqual({
      accepted: 20,
      applied: 10,
      duplicate: 3,
      dropped: { no_usable_identifier: 2 },
      rejected: { missing_name: 1, unknown_type: 2 },
      deadLetters: { parse: 1 },
      late: 4,
      buffered: 1,
    })
  })

  it('takes a counter without samples as zero', () => {
    expect(parseReading('# TYPE cdp_events_dropped_total counter\n')).toMatchObject({ accepted: 0, dropped: {} })
  })
})

describe('parseSamples', () => {
  it('reads quotes, commas and braces inside label values, and exponents', () => {
    expect(parseSamples('m{a="x\\"},y",b="2"} 1.5e+03')).toEqual([
      { name: 'm', labels: { a: 'x"},y', b: '2' }, value: 1500 },
    ])
  })
})

describe('settled', () => {
  const before = parseReading(TEXT)

  it('means that everything sent has an outcome and nothing is buffered', () => {
    const after = parseReading(
      TEXT.replace('processed_total 10', 'processed_total 14').replace('missing_name"} 1', 'missing_name"} 2'),
    )
    const since = difference(after, before)
    expect([decided(since), isSettled(since, 5)]).toEqual([5, false])
    const settled = difference({ ...after, buffered: 0 }, before)
    expect([isSettled(settled, 5), isSettled(settled, 6)]).toEqual([true, false])
  })

  it('leaves reasons out that nothing happened for', () => {
    expect(difference(before, before)).toMatchObject({ accepted: 0, dropped: {}, rejected: {}, deadLetters: {} })
  })
})
