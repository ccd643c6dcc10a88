// BERT's word pieces, as the artifact's tokenizer cuts them (rules "original", accents dropped): the benchmark holds its ids to those of the service.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const DROPPED = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\uFFFD]/u;
const SPACE = /[\p{Zs}\p{Zl}\p{Zp}\t\n\r]/u;
const MARK = /\p{Mn}/u;
const PUNCTUATION = /[\p{P}!-/:-@[-`{-~]/u;
const IDEOGRAPH = /[\u{4E00}-\u{9FFF}\u{3400}-\u{4DBF}\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B820}-\u{2CEAF}\u{F900}-\u{FAFF}\u{2F800}-\u{2FA1F}]/u;

export class WordPiece {
  #ids = new Map();
  #longest = 0;
  #characters = new Map();
  #maxTokens;
  #maxWordLength;
  #unknown;
  #first;
  #last;

  constructor(folder, maxTokens) {
    const settings = JSON.parse(readFileSync(join(folder, 'tokenizer_config.json'), 'utf8'));
    if (settings.type !== 'word_piece' || !settings.lower_case || settings.strip_accents === false || !settings.split_chinese || settings.rules || settings.added_tokens?.length) {
      throw new Error('This tokenizer has settings that are not written here.');
    }
    readFileSync(join(folder, 'vocab.txt'), 'utf8').split('\n').forEach((line, id) => {
      const token = line.endsWith('\r') ? line.slice(0, -1) : line;
      if (token) {
        this.#ids.set(token, id);
        this.#longest = Math.max(this.#longest, token.length);
      }
    });
    this.#maxTokens = maxTokens;
    this.#maxWordLength = settings.max_word_length;
    this.#unknown = this.#ids.get(settings.unknown_token);
    this.#first = this.#ids.get(settings.class_token);
    this.#last = this.#ids.get(settings.separator_token);
    this.padding = this.#ids.get(settings.pad_token);
  }

  encode(text) {
    const ids = [this.#first];
    let word = '';
    let length = 0;
    const flush = () => {
      if (length > 0) {
        this.#cut(word, length, ids);
        word = '';
        length = 0;
      }
    };
    for (const character of text) {
      const parts = this.#look(character);
      if (parts === null) {
        flush();
        continue;
      }
      for (const { text: part, apart } of parts) {
        if (apart) {
          flush();
        }
        word += part;
        length++;
        if (apart) {
          flush();
        }
      }
    }
    flush();
    if (ids.length > this.#maxTokens - 1) {
      ids.length = this.#maxTokens - 1;
    }
    ids.push(this.#last);
    return ids;
  }

  // What a character becomes: null for space, else its parts, none when it is dropped.
  #look(character) {
    let parts = this.#characters.get(character);
    if (parts === undefined) {
      parts = this.#read(character);
      this.#characters.set(character, parts);
    }
    return parts;
  }

  #read(character) {
    if (SPACE.test(character)) {
      return null;
    }
    if (DROPPED.test(character)) {
      return [];
    }
    const ideograph = IDEOGRAPH.test(character);
    return [...character.normalize('NFD')].filter(part => !MARK.test(part))
      .map(part => ({ text: part.toLowerCase(), apart: ideograph || PUNCTUATION.test(part) }));
  }

  // The longest piece that fits, again and again; one that nobody knows makes the whole word unknown.
  #cut(word, length, ids) {
    const before = ids.length;
    for (let position = 0; position < word.length;) {
      const prefix = position > 0 ? '##' : '';
      let end = Math.min(word.length, position + this.#longest);
      let id;
      while (end > position && (id = this.#ids.get(prefix + word.slice(position, end))) === undefined) {
        end--;
      }
      if (id === undefined || length > this.#maxWordLength) {
        ids.length = before;
        ids.push(this.#unknown);
        return;
      }
      ids.push(id);
      position = end;
    }
  }
}
