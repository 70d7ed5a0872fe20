/**
 * JSON as people write it, with the comments of JavaScript, of one line and of several, and a comma after the last of a
 * list. All of that becomes blanks, so that the parser's line and column are those of the file.
 */
export function withoutComments(text: string): string {
  // Strings first: what looks like a comment inside of one is none.
  const plain = text.replace(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (found) =>
    found.startsWith('"') ? found : blanks(found),
  )
  return plain.replace(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g, (found) => (found.startsWith('"') ? found : ' '))
}

function blanks(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}
