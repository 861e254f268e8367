/* Which touches free a page's sound. Pure. */

/** Any but those of the button that asks for the sound: that one does it by its own click, and freed already by the same
    touch it would take the click for a wish to be quiet. */
export function freesSound(event: { readonly target: EventTarget | null }): boolean {
  const touched = event.target as Partial<Element> | null;
  return !touched?.closest?.("[data-sound]");
}
