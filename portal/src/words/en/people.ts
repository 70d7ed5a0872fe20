export const people = {
  'people.lead': 'Everybody who has sent something, one row per person.',
  'people.person': 'Person',
  'people.identifiers': 'Also known as',
  'people.segments': 'Segments',
  'people.segment': 'Segment',
  'people.everybody': 'Everybody',
  'people.events': 'Events',
  'people.lastSeen': 'Last seen',
  'people.none': 'Nobody is known yet',
  'people.noneHint': 'Send a first event',
  'people.noneFound': 'Nobody fits',
  'people.noneFoundHint': 'Try fewer words, the beginning of a word, or another segment.',
} as const
