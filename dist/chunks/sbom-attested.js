import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{SBOM_WANTED,sbomAttested}from"./sbom-attested.shared.js";import"./sbom.shared.js";import"./zod.shared.js";import"./build.shared.js";import"./dockerfile-limits.shared.js";import"./runtime.shared.js";export{SBOM_WANTED,sbomAttested};
