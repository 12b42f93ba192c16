// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.StorageException;
import io.peerkit.storage.surreal.internal.rpc.QueryFailedException;
import io.peerkit.storage.surreal.internal.session.SurrealSession;
import io.peerkit.storage.surreal.internal.value.Absent;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The right to write to a space, as a row that others see: with an end on the server's clock, renewed while the store is open. Who
 * opens a space waits for the end of leases that nobody renews, and is refused when one is renewed. Taking a space over removes the
 * {@linkplain Lane lanes} of those before, which ends their writing whatever their clocks say.
 */
final class Lease {
    static final String LOST_MESSAGE =
            "another process took the space over, because this one did not renew its lease in time; open the store again";

    private static final int OWNER_BYTES = 16;

    /** How often opening begins anew because somebody else opened or closed the space at the same time. */
    private static final int MAX_RACES = 50;

    /** How long to wait before looking again whether a lease ran out or was renewed. */
    private static final Duration LOOK = Duration.ofMillis(100);

    private static final String LOOK_QUERY = """
            RETURN $space.version;
            RETURN $space.opened;
            RETURN $space.upgrading;
            SELECT VALUE [id, mode, until, until > time::now()] FROM type::record('%s', $from..$to);
            SELECT VALUE id FROM type::record('%s', $from..$to);""".formatted(Tables.OWNER, Tables.LANE);

    private static final String TAKE_QUERY = """
            BEGIN;
            LET $known = $space.opened ?? 0;
            IF $known != $opened { THROW '%1$s' };
            LET $untils = $dead.until;
            FOR $until IN $untils { IF $until > time::now() { THROW '%1$s' } };
            LET $entries = math::sum($deadLanes.entries);
            DELETE $dead RETURN NONE;
            DELETE $deadLanes RETURN NONE;
            UPSERT $space SET version = $version, opened = $opened + 1, upgrading = $upgrading RETURN NONE;
            CREATE $owner SET mode = $mode, until = time::now() + $lease RETURN NONE;
            INSERT INTO %2$s $lanes RETURN NONE;
            UPDATE $first SET entries = $entries RETURN NONE;
            COMMIT;""".formatted(WriteStatements.STALE, Tables.LANE);

    private static final String RENEW_QUERY = """
            BEGIN;
            LET $was = $lane.seq;
            IF $was = NONE { THROW '%s' };
            UPDATE $owner SET until = time::now() + $lease RETURN NONE;
            COMMIT;""".formatted(WriteStatements.LOST);

    private static final String UPGRADED_QUERY = """
            BEGIN;
            LET $was = $lane.seq;
            IF $was = NONE { THROW '%s' };
            UPDATE $space SET upgrading = NONE, checked = NONE RETURN NONE;
            UPDATE $owner SET mode = $mode RETURN NONE;
            COMMIT;""".formatted(WriteStatements.LOST);

    private final SurrealSession session;
    private final Space space;
    private final RecordId owner;
    private final Duration length;
    private final List<Lane> lanes;

    private final boolean shared;
    private final long from;
    private final List<byte[]> others;

    private Lease(
            SurrealSession session,
            Space space,
            RecordId owner,
            Duration length,
            List<Lane> lanes,
            boolean shared,
            long from,
            List<byte[]> others) {
        this.session = session;
        this.space = space;
        this.shared = shared;
        this.from = from;
        this.others = others;
        this.owner = owner;
        this.length = length;
        this.lanes = lanes;
    }

    List<Lane> lanes() {
        return lanes;
    }

    Space space() {
        return space;
    }

    /** Whether rows are of an earlier version; nobody else can open the space until {@link #upgraded}. */
    boolean isUpgrade() {
        return from < Tables.SCHEMA_VERSION;
    }

    /** The earliest version of its rows. */
    long upgradedFrom() {
        return from;
    }

    /** Owners that had the space open when it was taken. */
    List<byte[]> others() {
        return others;
    }

    /** Tells one's own rows from those of others. */
    byte[] ownerBytes() {
        return owner.bytesAt(1);
    }

    /**
     * Takes a lease; blocks while one that is not renewed runs out.
     *
     * @throws StorageException when somebody else has the space open, or it is of a newer version
     */
    static Lease take(SurrealSession session, Space space, boolean shared, Duration length, int laneCount) {
        byte[] name = new byte[OWNER_BYTES];
        new SecureRandom().nextBytes(name);
        RecordId owner = space.id(Tables.OWNER, name);
        List<Lane> lanes = new ArrayList<>();
        for (int i = 0; i < laneCount; i++) {
            lanes.add(new Lane(space.id(Tables.LANE, name, i)));
        }
        LeaseQuestion question = new LeaseQuestion(space.name(), shared, name);
        for (int races = 0; races < MAX_RACES; ) {
            Look look = look(session, space);
            LeaseQuestion.Seen seen = look.seen();
            switch (question.decide(seen)) {
                case TAKE -> {
                    if (take(session, space, shared, length, owner, lanes, question.dead(seen), look)) {
                        return new Lease(
                                session, space, owner, length, lanes, shared, look.from(), question.others(seen));
                    }
                    races++;
                }
                case WAIT -> pause();
                case TAKEN -> {
                    return new Lease(session, space, owner, length, lanes, shared, look.from(), question.others(seen));
                }
            }
        }
        throw new StorageException(
                "space " + space.name() + ": " + MAX_RACES + " others opened or closed it meanwhile");
    }

    /**
     * What a look shows.
     *
     * @param seen the state of the space
     * @param from the earliest version of its rows
     */
    private record Look(LeaseQuestion.Seen seen, long from) {}

    private static Look look(SurrealSession session, Space space) {
        List<Object> results = session.query(
                        LOOK_QUERY,
                        Map.of(
                                "space", space.row(),
                                "from", space.key(new byte[0]),
                                "to", space.key(StoredForm.behindAll())))
                .join();
        long version = results.get(0) instanceof Long number ? number : Tables.SCHEMA_VERSION;
        if (version > Tables.SCHEMA_VERSION) {
            throw new StorageException("space " + space.name() + " has schema version " + version + ", at most "
                    + Tables.SCHEMA_VERSION + " is known: a newer Peerkit wrote it");
        }
        List<LeaseQuestion.Owner> owners = new ArrayList<>();
        for (Object row : (List<?>) results.get(3)) {
            if (row instanceof List<?> fields
                    && fields.get(0) instanceof RecordId id
                    && fields.get(1) instanceof String mode
                    && fields.get(2) instanceof Instant until
                    && fields.get(3) instanceof Boolean alive) {
                owners.add(new LeaseQuestion.Owner(id, mode.equals(LeaseQuestion.SHARED), until, alive));
            }
        }
        List<RecordId> lanes = new ArrayList<>();
        for (Object row : (List<?>) results.get(4)) {
            if (row instanceof RecordId id) {
                lanes.add(id);
            }
        }
        long from = results.get(2) instanceof Long number ? number : version;
        long opened = results.get(1) instanceof Long number ? number : 0;
        return new Look(new LeaseQuestion.Seen(opened, from < Tables.SCHEMA_VERSION, owners, lanes), from);
    }

    private static boolean take(
            SurrealSession session,
            Space space,
            boolean shared,
            Duration length,
            RecordId owner,
            List<Lane> lanes,
            LeaseQuestion.Dead dead,
            Look look) {
        LeaseQuestion.Seen seen = look.seen();
        List<Object> rows = new ArrayList<>();
        for (Lane lane : lanes) {
            rows.add(Map.of("id", lane.row().key(), "seq", 0, "entries", 0));
        }
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("space", space.row());
        variables.put("opened", seen.opened());
        variables.put("version", Tables.SCHEMA_VERSION);
        variables.put("upgrading", seen.upgrade() ? look.from() : Absent.NONE);
        variables.put("dead", dead.owners());
        variables.put("deadLanes", dead.lanes());
        variables.put("owner", owner);
        variables.put("mode", shared && !seen.upgrade() ? LeaseQuestion.SHARED : LeaseQuestion.EXCLUSIVE);
        variables.put("lease", length);
        variables.put("lanes", rows);
        variables.put("first", lanes.get(0).row());
        try {
            var unused = session.query(TAKE_QUERY, variables).join();
            return true;
        } catch (CompletionException e) {
            if (e.getCause() instanceof QueryFailedException refused
                    && refused.error().isThrown(WriteStatements.STALE)) {
                return false;
            }
            throw e;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException("interrupted while waiting for a lease to run out", e);
        }
    }

    /** Renews it; fails when somebody took the space over. */
    CompletableFuture<?> renew() {
        return session.query(
                RENEW_QUERY, Map.of("owner", owner, "lane", lanes.get(0).row(), "lease", length));
    }

    /** Ends an upgrade, and lets others in if it is to be shared. */
    CompletableFuture<?> upgraded() {
        return session.query(
                UPGRADED_QUERY,
                Map.of(
                        "space",
                        space.row(),
                        "owner",
                        owner,
                        "lane",
                        lanes.get(0).row(),
                        "mode",
                        shared ? LeaseQuestion.SHARED : LeaseQuestion.EXCLUSIVE));
    }

    /** Gives it back. The lanes stay, with their counts, for whoever opens the space next. */
    CompletableFuture<?> release() {
        return session.query("DELETE $owner RETURN NONE", Map.of("owner", owner));
    }
}
