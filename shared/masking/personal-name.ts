/**
 * Which names speak of a person. Names are compared without case and punctuation: `firstName`, `first_name` and
 * `First Name` are one. A workspace adds names of its own, and so do tracking plans that mark a property as personal.
 */
const PERSONAL: readonly RegExp[] = [
  /mail/,
  /phone|mobile|msisdn|whatsapp|telefon|^tel|^fax|^cell(?!s$)/,
  /(?:first|last|given|family|middle|full|sur|nick|user|display|maiden|birth|real|legal|preferred|contact)names?$/,
  /^initials$|vorname$|nachname$/,
  /address|street|strasse|^city$|^town$|^zip|postal|postcode|^plz$|housen/,
  /^lat$|latitude|^lng$|^lon$|longitude|coordinates/,
  /birth|^dob$|^bday$|geburt|^age$/,
  /^ip(?:v[46]|addr.*)?$|(?:remote|client|user|sender)ip$/,
  /ssn$|socialsecurity|passport|nationalid|taxid|^iban$|cardnumber|creditcard|licenseplate/,
  /avatar|photo|picture/,
  /pushtoken|devicetoken|advertisingid|^idfa$|^idfv$/,
]

/** Below these a plain `name` is somebody's; elsewhere it names a product, a page, a campaign. */
const HOLDERS: ReadonlySet<string> = new Set(
  'traits user customer person contact recipient buyer payer member owner device profile billing shipping sender'.split(
    ' ',
  ),
)

export type ExtraNames = ReadonlySet<string>

/** @example foldedName('First_Name') // 'firstname' */
export function foldedName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

/** @param holder the name of what it stands in */
export function isPersonalName(name: string, holder: string, extra: ExtraNames): boolean {
  const folded = foldedName(name)
  if (extra.has(folded)) return true
  if (folded === 'name') return HOLDERS.has(foldedName(holder))
  if (folded === 'token') return foldedName(holder) === 'device'
  return PERSONAL.some((pattern) => pattern.test(folded))
}
