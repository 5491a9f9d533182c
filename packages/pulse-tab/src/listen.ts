/** In the page's window, before the page itself hears of it. `events`: separated by blanks. */
export function listen(events: string, hear: (event: Event) => void): void {
	for (const event of events.split(' ')) addEventListener(event, hear, true);
}
