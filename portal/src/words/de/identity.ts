import type { identity as words } from '../en/identity.ts'

export const identity: Record<keyof typeof words, string> = {
  'identity.graph': 'Warum das eine Person ist',
  'identity.hint': 'Wählen Sie eine Linie, um zu sehen, worauf sie beruht.',
  'identity.evidence': 'Beleg',
  'identity.cause': 'Warum',
  'identity.when': 'Wann',
  'identity.message': 'Nachricht',
  'identity.under': 'eingegangen unter',
  'identity.link': 'verknüpft',
  'identity.merge': 'zusammengeführt',
  'identity.leafEvents': '{n} Ereignis ging darunter ein|{n} Ereignisse gingen darunter ein',
  'identity.edgeHint': 'Die Eingabetaste zeigt den Beleg dieser Verknüpfung.',
  'identity.controls': 'Ansicht des Graphen',
  'identity.zoomIn': 'Näher',
  'identity.zoomOut': 'Weiter weg',
  'identity.fit': 'Alles',
}
