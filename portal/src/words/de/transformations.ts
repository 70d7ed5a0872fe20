import type { transformations as words } from '../en/transformations.ts'

export const transformations: Record<keyof typeof words, string> = {
  'nav.transformations': 'Umformungen',
  'transformations.lead':
    'Was Ereignisse umschreibt oder aussiebt, bevor etwas anderes sie sieht, in dieser Reihenfolge.',
  'transformations.one': 'Umformung',
  'transformations.new': 'Neue Umformung',
  'transformations.create': 'Anlegen, ausgeschaltet',
  'transformations.made': 'Sie ist angelegt und bleibt aus, bis Sie sie einschalten',
  'transformations.search': 'Nach Name oder Ereignis suchen',
  'transformations.none': 'Kein Ereignis wird umgeschrieben',
  'transformations.noneHint':
    'Eine Umformung benennt um, ergänzt, verdeckt oder verwirft, in Schritten oder durch Code.',
  'transformations.everyEvent': 'jedes Ereignis',
  'transformations.stepCount': '{n} Schritt|{n} Schritte',
  'transformations.eventsHint': 'Namen, `Anfang*`, `$page`, `$screen` oder Arten. Keine: alle.',
  'transformations.rules': 'Was sie tut',
  'transformations.by': 'Durch',
  'transformations.steps': 'Schritte',
  'transformations.code': 'Code',
  'transformations.codeHint':
    '`export function onEvent(event)`: gibt das Ereignis zurück, wie es sein soll, oder null, um es zu verwerfen.',
  'transformations.preview': 'Was aus einem Ereignis wird',
  'transformations.eventHint': 'So, wie ein SDK es sendet, als JSON. Leer: das neueste, das ankam.',
  'transformations.noEvent': 'Noch ist nichts angekommen, worum es ginge. Geben Sie ein eigenes Ereignis.',
  'transformations.outcome.changed': 'geändert',
  'transformations.outcome.unchanged': 'unverändert',
  'transformations.outcome.dropped': 'verworfen',
  'transformations.outcome.failed': 'würde unzustellbar',
  'transformations.outcome.not_selected': 'geht es nicht an',
}
