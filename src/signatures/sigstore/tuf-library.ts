/** The update framework's client, apart from the verifier since few runs need it. @see sigstore-library.ts for why it is named here */
export { BaseFetcher, Updater } from 'tuf-js';
export { DownloadHTTPError } from 'tuf-js/dist/error.js';
