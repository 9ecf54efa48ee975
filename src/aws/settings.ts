// Looks settings up as the AWS CLI does: sections of one name together, then [DEFAULT], the credentials file over all.
import type { AwsFile, AwsFiles } from "./config_file.ts";
import type { IniEntry, IniSection } from "./ini.ts";
import { sectionName } from "./shell_words.ts";

/** A value and where it stands. */
export interface Setting extends IniEntry {
  /** Line of a second occurrence in the same section that says something else. */
  readonly contradictedAt?: number;
}

/**
 * All sections of one name in one file. botocore refuses a file in which a section or a key occurs twice; here they are
 * one section as long as they do not contradict each other.
 */
export class Block {
  readonly sections: IniSection[] = [];
  private settings: Map<string, Setting> | undefined = undefined;
  private contradicted = false;

  constructor(readonly file: AwsFile, readonly defaults: Block | undefined) {}

  /** The line of the first header. */
  get line(): number {
    return this.sections[0].line;
  }

  /** The value of a lower-case key, from here or from `[DEFAULT]`. */
  get(key: string): Setting | undefined {
    this.settings ??= this.collect();
    return this.settings.get(key) ?? this.defaults?.get(key);
  }

  /** Whether any key stands twice with different values. */
  hasContradiction(): boolean {
    this.settings ??= this.collect();
    return this.contradicted || (this.defaults?.hasContradiction() ?? false);
  }

  private collect(): Map<string, Setting> {
    const found = new Map<string, Setting>();
    for (const section of this.sections) {
      for (const entry of section.entries) {
        const earlier = found.get(entry.key);
        if (earlier === undefined) found.set(entry.key, entry);
        else if (earlier.value !== entry.value && earlier.contradictedAt === undefined) {
          found.set(entry.key, { ...earlier, contradictedAt: entry.line });
          this.contradicted = true;
        }
      }
    }
    return found;
  }
}

/** The settings of one profile: its block of the credentials file over that of the config file. */
export class ProfileSettings {
  constructor(readonly name: string, readonly blocks: readonly Block[]) {}

  /** See {@link Block.get}. */
  get(key: string): Setting | undefined {
    for (const block of this.blocks) {
      const setting = block.get(key);
      if (setting !== undefined) return setting;
    }
    return undefined;
  }

  /** See {@link Block.hasContradiction}. */
  hasContradiction(): boolean {
    return this.blocks.some((block) => block.hasContradiction());
  }
}

/** Everything both files name. Each map is in file order. */
export interface AwsSettings {
  readonly ssoSessions: ReadonlyMap<string, Block>;
  readonly services: ReadonlyMap<string, Block>;
  readonly profiles: ReadonlyMap<string, ProfileSettings>;
}

/**
 * Sorts the sections of both files into sessions, services and profiles (botocore configloader.py `build_profile_map`).
 * `[profile a]` and `[profile "a"]` are different sections of one name: the later replaces the earlier.
 */
export function readSettings({ config, credentials }: AwsFiles): AwsSettings {
  const ssoSessions = new Map<string, Block>();
  const services = new Map<string, Block>();
  const inConfig = new Map<string, Block>();
  if (config !== undefined) {
    for (const [header, block] of blocksOf(config)) {
      if (header === "default") inConfig.set(header, block);
      else if (header.startsWith("profile")) put(inConfig, sectionName(header, "profile"), block);
      else if (header.startsWith("sso-session")) put(ssoSessions, sectionName(header, "sso-session"), block);
      else if (header.startsWith("services")) put(services, sectionName(header, "services"), block);
    }
  }
  const profiles = new Map<string, ProfileSettings>();
  for (const [name, block] of inConfig) profiles.set(name, new ProfileSettings(name, [block]));
  if (credentials !== undefined) {
    for (const [name, block] of blocksOf(credentials)) {
      // Here every header is a profile; but nobody means a profile of that name.
      if (name.startsWith("sso-session") || name.startsWith("services")) continue;
      profiles.set(name, new ProfileSettings(name, [block, ...profiles.get(name)?.blocks ?? []]));
    }
  }
  return { ssoSessions, services, profiles };
}

function put(map: Map<string, Block>, name: string | undefined, block: Block): void {
  if (name !== undefined) map.set(name, block);
}

/** The sections of a file by their header as written, `[DEFAULT]` apart: the others fall back on it. */
function blocksOf(file: AwsFile): Map<string, Block> {
  const blocks = new Map<string, Block>();
  const shared = file.document.sections.filter(({ header }) => header === "DEFAULT");
  let defaults: Block | undefined;
  if (shared.length > 0) {
    defaults = new Block(file, undefined);
    defaults.sections.push(...shared);
  }
  for (const section of file.document.sections) {
    const { header } = section;
    if (header === undefined || header === "DEFAULT") continue;
    let block = blocks.get(header);
    if (block === undefined) blocks.set(header, block = new Block(file, defaults));
    block.sections.push(section);
  }
  return blocks;
}
