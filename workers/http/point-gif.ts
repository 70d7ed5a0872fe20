/**
 * One transparent point: the 43 bytes that every pixel of the web has, with the end of its data marked. Decoders that
 * are strict about that mark take a shorter one for a broken image.
 */
export const POINT_GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64')
