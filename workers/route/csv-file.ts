/**
 * A CSV file that is safe to open in a spreadsheet (RFC 4180): a cell that would be taken for a formula gets an
 * apostrophe before it, which spreadsheets show nothing of. https://owasp.org/www-community/attacks/CSV_Injection
 */
export function csvFile(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
