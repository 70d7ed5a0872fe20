import type { Command } from './command.ts'
import { importCommand } from './import.ts'

/** Every command, in the order of the list. */
export const COMMANDS: readonly Command[] = [importCommand]
