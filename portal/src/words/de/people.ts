import type { people as words } from '../en/people.ts'

export const people: Record<keyof typeof words, string> = {
  'people.lead': 'Alle, die etwas gesendet haben: eine Zeile je Person.',
  'people.person': 'Person',
  'people.identifiers': 'Auch bekannt als',
  'people.segments': 'Segmente',
  'people.segment': 'Segment',
  'people.everybody': 'Alle',
  'people.events': 'Ereignisse',
  'people.firstSeen': 'Zuerst gesehen',
  'people.columns': 'Spalten',
  'people.usualColumns': 'Die üblichen',
  'people.lastSeen': 'Zuletzt',
  'people.none': 'Noch ist niemand bekannt',
  'people.noneHint': 'Ein erstes Ereignis senden',
  'people.noneFound': 'Niemand passt',
  'people.noneFoundHint': 'Versuchen Sie weniger Wörter, einen Wortanfang oder ein anderes Segment.',
}
