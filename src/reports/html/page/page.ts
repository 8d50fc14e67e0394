import { startCells } from './cells.js';
import { startFilter } from './filter.js';

/** What a browser adds to the page, which is whole without it. */
startFilter(document);
startCells(document);
