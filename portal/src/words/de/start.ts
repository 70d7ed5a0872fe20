import type { start as words } from '../en/start.ts'

export const start: Record<keyof typeof words, string> = {
  'start.lead': 'Drei Schritte bis zur ersten Person: eine Quelle, eine Zeile Code, ein Ereignis.',
  'start.source': '1. Eine Quelle wählen',
  'start.sourceHint':
    'Eine Quelle ist, was sendet: Ihre Website, Ihre App, Ihr Server. Jede hat ihren eigenen Schlüssel.',
  'start.newSource': 'Neue Quelle',
  'start.code': '2. Etwas senden',
  'start.keyIsPublic': 'Dieser Schlüssel darf in einer Webseite stehen: er kann senden und nichts lesen.',
  'start.first': '3. Sehen, wie es ankommt',
  'start.waiting': 'Warten auf das erste Ereignis von {source} …',
  'start.waitingHint': 'Das wird von selbst grün.',
  'start.arrived': '{source} sendet',
  'start.test': 'Testereignis senden',
  'start.watch': 'Live-Ereignisse ansehen',
  'start.noSource': 'Noch gibt es keine Quelle',
  'start.noSourceHint': 'Legen Sie eine an, um einen Schlüssel für Ihren Code zu bekommen.',
  'start.name': 'Name',
  'start.kind': 'Art',
  'start.kind.web': 'Website',
  'start.kind.mobile': 'App',
  'start.kind.server': 'Server',
  'start.create': 'Quelle anlegen',
  'start.secretTitle': 'Bewahren Sie das jetzt auf',
  'start.secretHint':
    'Der geheime Schlüssel wird einmal gezeigt. Mit dem App-Schlüssel beweist er, dass Ihr Server sendet.',
  'start.copySecret': 'Geheimen Schlüssel kopieren',
  'start.sample': 'Beispieldaten',
  'start.sampleHint': 'Sechs erfundene Personen mit ein paar Wochen Verlauf, zum Umsehen, bevor Ihre eigenen kommen.',
  'start.sampleThere': 'Die Beispielpersonen sind da. Sie werden gelöscht wie jede andere Person auch.',
  'start.sampleLoad': 'Beispieldaten laden',
  'start.sampleRemove': 'Beispieldaten entfernen',
}
