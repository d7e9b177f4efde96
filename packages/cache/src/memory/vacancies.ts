/**
 * The places that were vacated last. A vacant place stays in its Map under its id, and is taken again by the id that comes back:
 * V8's Map leaves what is deleted in the chain of its hash until the whole table is built anew, so a key that left and came
 * back ten thousand times among a million others would be looked for past ten thousand dead entries (docs/decisions/0053).
 */
export interface Vacancies<Place extends Vacant> {
  /** @returns the place that was here for longest and has to go, whether or not it is still vacant. */
  add(place: Place): Place | undefined;
}

export interface Vacant {
  /** Where it is, or was, among the vacancies. */
  seat: number;
}

export function createVacancies<Place extends Vacant>(seats: number): Vacancies<Place> {
  const seated: Place[] = [];
  let next = 0;

  return {
    add(place) {
      // Taken, and vacated again before its turn to go.
      if (seated[place.seat] === place) return undefined;
      const oldest = seated[next];
      seated[next] = place;
      place.seat = next;
      next = (next + 1) % seats;
      return oldest;
    },
  };
}
