import type { form as words } from '../en/form.ts'

export const form: Record<keyof typeof words, string> = {
  'toast.region': 'Meldungen',
  'toast.undo': 'Rückgängig',
  'form.optional': 'optional',
  'form.notSaid': '—',
  'form.kept': 'unverändert',
  'form.keptEnding': 'unverändert (endet auf {last4})',
  'form.add': 'Hinzufügen',
  'form.remove': 'Entfernen',
  'form.up': '{n} nach oben',
  'form.down': '{n} nach unten',
  'form.key': 'Name',
  'form.value': 'Wert',
  'form.save': 'Speichern',
  'form.saved': 'Gespeichert',
  'form.wrong': 'Ein Feld stimmt noch nicht|{n} Felder stimmen noch nicht',
  'form.problem.required': 'fehlt',
  'form.problem.json': 'ist kein JSON',
  'form.problem.number': 'muss eine Zahl sein',
  'form.problem.twice': 'gibt es zweimal',
}
