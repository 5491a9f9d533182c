import type { Update } from './update.ts';

export type { Update } from './update.ts';

/** The words of the banner. */
export interface BannerOptions {
	/** Default: that there is a new version and, where there is a deadline, when it is loaded. */
	readonly text?: (deadline: Date | null) => string;
	/** Default `Reload`. */
	readonly now?: string;
	/** Default `Later`. */
	readonly later?: string;
}

const STYLE: Partial<CSSStyleDeclaration> = {
	position: 'fixed',
	insetInline: '0',
	bottom: '1rem',
	width: 'fit-content',
	maxWidth: 'calc(100% - 4rem)',
	margin: '0 auto',
	padding: '0.75rem 1rem',
	border: '1px solid',
	borderRadius: '0.5rem',
	font: '1rem/1.4 system-ui, sans-serif',
	colorScheme: 'light dark',
	color: 'CanvasText',
	background: 'Canvas',
	zIndex: '2147483647',
};
/** A region that is read out must be there before what it says. */
const BEFORE_TEXT_MS = 100;

/**
 * Asks the user of the page, by a line at its lower edge that is read out and takes no focus; Escape in it is `later`.
 * Needs no style sheet, so it works under any content security policy.
 *
 * @example
 * import { banner } from 'pulse-app/client/banner';
 * await connect({ onUpdate: banner() });
 */
export function banner(options: BannerOptions = {}): (update: Update) => void {
	return (update) => {
		const line = document.createElement('div');
		line.setAttribute('role', 'status');
		Object.assign(line.style, STYLE);
		const button = (label: string, act: () => void) => {
			const made = document.createElement('button');
			made.type = 'button';
			made.textContent = label;
			Object.assign(made.style, { marginInlineStart: '0.75rem', font: 'inherit' });
			made.addEventListener('click', act);
			return made;
		};
		const later = () => {
			line.remove();
			update.later();
		};
		line.addEventListener('keydown', ({ key }) => key === 'Escape' && later());
		update.signal.addEventListener('abort', () => line.remove());
		document.body.append(line);
		setTimeout(() => {
			const now = button(options.now ?? 'Reload', () => update.now());
			line.append((options.text ?? sentence)(update.deadline), now, button(options.later ?? 'Later', later));
		}, BEFORE_TEXT_MS);
	};
}

function sentence(deadline: Date | null): string {
	const what = 'There is a new version of this page.';
	if (deadline === null) return what;
	return `${what} It is loaded at ${deadline.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}.`;
}
