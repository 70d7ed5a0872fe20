import { type DeadLetterSelection, KeptSelection } from '../../shared/contract/dead-letter-selection.ts'

/** A selection without what it does not name, as a job keeps it. */
export function keptSelection(selection: Partial<DeadLetterSelection>): KeptSelection {
  return KeptSelection.parse(JSON.parse(JSON.stringify(selection)))
}
