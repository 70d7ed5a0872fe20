/** Every admin write puts a line into the audit log; a call says who did it. */
export { auditIfChanged, auditStatement } from '../../platform/audit.ts'
