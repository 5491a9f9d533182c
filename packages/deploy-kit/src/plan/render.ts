import type { AnyStep, Plan } from './step.ts';

/** The plan as a person reads it before agreeing, and as `--dry-run` prints it. Variable names only, never values. */
export function renderPlan(plan: Plan<AnyStep>): string {
	return [
		plan.title,
		...factsOf(plan).map((fact) => `  ${fact}`),
		...plan.warnings.map((warning) => `  Warning: ${warning}`),
		...(plan.steps.length === 0 ? ['  Nothing to do.'] : plan.steps.flatMap(stepLines)),
	].join('\n');
}

/** What a person agrees to: where the text is the same, the person is not asked again. */
export function agreedText({ sessions, ...plan }: Plan<AnyStep>): string {
	const ending =
		sessions?.end !== true ? '' : sessions.count === null ? 'unknown' : sessions.count > 0 ? 'some' : 'none';
	return `${renderPlan(plan)}\n${ending}`;
}

/** The plan as `--dry-run --json` prints it. */
export function planJson(plan: Plan<AnyStep>): unknown {
	return {
		title: plan.title,
		facts: factsOf(plan),
		warnings: plan.warnings,
		steps: plan.steps.map((step) => ({
			id: step.id,
			kind: step.kind,
			title: step.title,
			commit_point: step.commitPoint === true,
			undo: step.undo?.title ?? null,
			details: step.details ?? [],
		})),
	};
}

function factsOf({ facts, sessions }: Plan<AnyStep>): readonly string[] {
	return sessions === undefined ? facts : [...facts, sessions.text];
}

function stepLines({ title, commitPoint, details = [] }: AnyStep, index: number): string[] {
	const mark = commitPoint === true ? '   (nothing is undone from here on)' : '';
	return [`  ${String(index + 1).padStart(2)}. ${title}${mark}`, ...details.map((line) => `        ${line}`)];
}
