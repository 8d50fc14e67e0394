/** Ends the reading of YAML at an offset, in characters from the start of the text; caught where the reading began. */
export class YamlRefusal extends Error {
  readonly offset: number;
  constructor(offset: number, message: string) {
    super(message);
    this.name = 'YamlRefusal';
    this.offset = offset;
  }
}
