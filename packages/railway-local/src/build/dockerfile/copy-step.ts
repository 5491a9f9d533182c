import { posix } from 'node:path';
import { DockerfileError } from 'pulse-deploy-kit/dockerfile/dockerfile-error';
import { expandWord } from 'pulse-deploy-kit/dockerfile/shell-word';
import { type Stage, type StageStep, sourceStage } from 'pulse-deploy-kit/dockerfile/stages';
import { jsonWords } from 'pulse-deploy-kit/dockerfile/words';
import type { Action, StageState, UploadView } from './follow.ts';
import { type ImagePaths, within } from './image-paths.ts';

interface Following {
	readonly states: ReadonlyMap<Stage, StageState>;
	readonly view: UploadView;
	readonly actions: Action[];
	readonly notCopied: string[];
}

/** Notes where a COPY or ADD puts what of the upload, and moves what must stand where it does not stand in the upload. */
export function copyStep({ states, view, actions, notCopied }: Following, stage: Stage, step: StageStep): void {
	const state = states.get(stage)!;
	const words = (jsonWords(step.rest) ?? step.rest.split(/\s+/)).map((word) => fill(word, step));
	const target = words.pop() ?? '.';
	const into = posix.resolve(step.workdir, target);
	const from = sourceStage(step);
	const other = from === null ? null : stage.sources.get(from);
	for (const word of words) {
		if (other) takeOver(word);
		else if (other === undefined || /^(https?:|git@|<<)/.test(word)) notCopied.push(step.source);
		else take(word);
	}

	function take(word: string): void {
		const source = inUpload(word);
		const keepsPath = step.flags.some((flag) => /^--parents(=true)?$/.test(flag));
		const asFolder = namesFolder(target) || words.length > 1;
		const isFile = view.exists(source) && !view.isFolder(source);
		const isInside = isFile && (asFolder || isFolderHere(into));
		const at = isInside ? posix.join(into, posix.basename(source)) : into;
		const here = state.paths.local(at);
		if (
			!keepsPath &&
			here !== null &&
			view.exists(source) &&
			within(here, source) === null &&
			within(source, here) === null
		) {
			actions.push({ kind: 'copy', from: source, to: here });
		} else place(view, state.paths, step, { source, into, asFolder });
	}

	function takeOver(word: string): void {
		const there = states.get(other!)!;
		const source = posix.resolve('/', word);
		const local = there.paths.local(source);
		const isFile = local !== null && view.exists(local) && !view.isFolder(local);
		const at = isFile && namesFolder(target) ? posix.join(into, posix.basename(source)) : into;
		const before = state.paths.local(at);
		if (before !== null && local !== null && before !== local) actions.push({ kind: 'copy', from: local, to: before });
		else state.paths.take(there.paths, source, at);
		for (const [folder, install] of there.installed) {
			const below = within(source, posix.join(folder, 'node_modules'));
			if (below !== null) state.installed.set(posix.dirname(posix.join(into, below)), install);
		}
	}

	function isFolderHere(imagePath: string): boolean {
		const local = state.paths.local(imagePath);
		return imagePath === step.workdir || (local !== null && view.isFolder(local));
	}
}

/** Notes that what the upload holds at `source` stands at `into` in the image. */
export function place(
	view: UploadView,
	paths: ImagePaths,
	step: StageStep,
	{ source, into, asFolder }: { readonly source: string; readonly into: string; readonly asFolder: boolean },
): void {
	const path = inUpload(source);
	const isPattern = /[*?[]/.test(path);
	if (!isPattern && !view.exists(path)) throw new DockerfileError(`${step.source}: "${path}" is not in the upload`);
	if (!isPattern && view.isFolder(path)) {
		paths.place(into, path);
		return;
	}
	if (!MANIFEST.test(posix.basename(path)) && !isPattern) return;
	const folder = asFolder || isPattern || paths.local(into) !== null ? into : posix.dirname(into);
	if (paths.local(folder) === null) paths.place(folder, posix.dirname(path));
}

/** As Docker fills in the words of an instruction. */
export const fill = (word: string, { scope }: Pick<StageStep, 'scope'>): string =>
	expandWord(word, (name) => scope[name], '\\');

/** No way leads out of the upload: Docker takes its root for the root of all paths. */
const inUpload = (word: string): string => posix.resolve('/', word).slice(1) || '.';

const namesFolder = (target: string): boolean => /(^|\/)\.{0,2}$/.test(target);

/** Files that say which package a folder of the image holds before the rest of it is copied. */
const MANIFEST =
	/^(package.*\.json|npm-shrinkwrap\.json|pnpm-(lock|workspace)\.yaml|yarn\.lock|bun\.lockb?|\.yarnrc\.yml|\.npmrc|[\w.-]*requirements[\w.-]*\.(txt|in)|pyproject\.toml|(uv|poetry)\.lock|setup\.(py|cfg))$/;
