/** Amounts as people write them, without the rounding of binary numbers: digits × 10^-scale. */
export interface Decimal {
  readonly digits: bigint
  readonly scale: number
}

/** Larger and finer than any money, and small enough that nobody can have us multiply for long. */
const MOST_DIGITS = 40

/** A plain decimal number; undefined for what only looks like one (`1,234.50`, `1e3`, ` `). */
export function parseDecimal(text: string): Decimal | undefined {
  if (text.length > MOST_DIGITS + 2) return undefined
  const match = /^(-?\d+)(?:\.(\d+))?$/.exec(text)
  if (!match) return undefined
  const [, whole = '', fraction = ''] = match
  return { digits: BigInt(whole + fraction), scale: fraction.length }
}

/** A number as it is written: 0.1 is a tenth, whatever its bits are. Undefined where it is written with an exponent. */
export function decimalOfNumber(n: number): Decimal | undefined {
  return Number.isFinite(n) ? parseDecimal(String(n)) : undefined
}

/** The product, rounded half away from zero to so many decimals. */
export function productOf(a: Decimal, b: Decimal, decimals: number): Decimal {
  const [digits, scale] = [a.digits * b.digits, a.scale + b.scale]
  if (scale <= decimals) return { digits: digits * 10n ** BigInt(decimals - scale), scale: decimals }
  const unit = 10n ** BigInt(scale - decimals)
  const half = digits < 0n ? -unit / 2n : unit / 2n
  return { digits: (digits + half) / unit, scale: decimals }
}

/** The number that is written so; undefined when a number cannot hold that many digits. */
export function numberOfDecimal({ digits, scale }: Decimal): number | undefined {
  const n = Number(`${digits}e-${scale}`)
  const back = decimalOfNumber(n)
  return back && isSame(back, { digits, scale }) ? n + 0 : undefined
}

function isSame(a: Decimal, b: Decimal): boolean {
  return a.digits * 10n ** BigInt(b.scale) === b.digits * 10n ** BigInt(a.scale)
}
