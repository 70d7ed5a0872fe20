/**
 * A sum of decimal numbers without rounding on the way, so that it is the same in any order, and that 0.1 and 0.2 make
 * 0.3: people think of prices in decimals. What is taken away again is gone without a trace.
 */
export interface ExactSum {
  add(n: number): void
  take(n: number): void
  value(): number
}

export function exactSum(): ExactSum {
  // Most numbers are small, and whole or prices: counted in hundredths, plain arithmetic is exact for them.
  let hundredths = 0
  const byExponent = new Map<number, bigint>()

  function move(n: number, sign: 1 | -1): void {
    const cents = Math.round(n * 100)
    const next = hundredths + sign * cents
    if (cents / 100 === n && Number.isSafeInteger(cents) && Number.isSafeInteger(next)) {
      hundredths = next
      return
    }
    const { digits, exponent } = decimalOf(n)
    const sum = (byExponent.get(exponent) ?? 0n) + BigInt(sign) * digits
    if (sum === 0n) byExponent.delete(exponent)
    else byExponent.set(exponent, sum)
  }

  return {
    add: (n) => move(n, 1),
    take: (n) => move(n, -1),
    value() {
      if (byExponent.size === 0) return hundredths / 100
      const lowest = Math.min(-2, ...byExponent.keys())
      let total = BigInt(hundredths) * 10n ** BigInt(-2 - lowest)
      for (const [exponent, digits] of byExponent) total += digits * 10n ** BigInt(exponent - lowest)
      const sum = Number(`${total}e${lowest}`)
      // JSON has no infinity.
      return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, sum))
    },
  }
}

/** The shortest decimal that names this number: `digits` · 10 ^ `exponent`. */
function decimalOf(n: number): { readonly digits: bigint; readonly exponent: number } {
  const [mantissa = '0', power = '0'] = String(n).split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  return { digits: BigInt(whole + fraction), exponent: Number(power) - fraction.length }
}
