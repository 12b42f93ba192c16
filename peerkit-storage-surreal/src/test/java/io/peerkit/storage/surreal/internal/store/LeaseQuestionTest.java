// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.StorageException;
import io.peerkit.storage.surreal.internal.store.LeaseQuestion.Decision;
import io.peerkit.storage.surreal.internal.store.LeaseQuestion.Owner;
import io.peerkit.storage.surreal.internal.store.LeaseQuestion.Seen;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeaseQuestionTest {
    private static final Space SPACE = new Space("notes");
    private static final Instant SOON = Instant.ofEpochSecond(1_000);

    private final LeaseQuestion exclusive = new LeaseQuestion("notes", false, new byte[] {1});
    private final LeaseQuestion shared = new LeaseQuestion("notes", true, new byte[] {1});

    @Test
    void decide_nobodyOrOnlyTheDead_take() {
        assertThat(exclusive.decide(seen())).isEqualTo(Decision.TAKE);
        assertThat(exclusive.decide(seen(owner(2, false, SOON, false)))).isEqualTo(Decision.TAKE);
        assertThat(shared.decide(seen(owner(2, false, SOON, false)))).isEqualTo(Decision.TAKE);
    }

    @Test
    void decide_leaseThatNobodyRenews_waitUntilItRanOut() {
        for (int look = 0; look < 100; look++) {
            assertThat(exclusive.decide(seen(owner(2, false, SOON, true)))).isEqualTo(Decision.WAIT);
        }
        assertThat(exclusive.decide(seen(owner(2, false, SOON, false)))).isEqualTo(Decision.TAKE);
    }

    @Test
    void decide_leaseRenewed_refused() {
        assertThat(exclusive.decide(seen(owner(2, false, SOON, true)))).isEqualTo(Decision.WAIT);

        assertThatThrownBy(() -> exclusive.decide(seen(owner(2, false, SOON.plusNanos(1), true))))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("space notes is open already, in another process or this one");
    }

    @Test
    void decide_anotherOwnerInItsPlace_waitAnew() {
        assertThat(exclusive.decide(seen(owner(2, false, SOON, true)))).isEqualTo(Decision.WAIT);
        assertThat(exclusive.decide(seen(owner(3, false, SOON.plusSeconds(9), true))))
                .isEqualTo(Decision.WAIT);
    }

    @Test
    void decide_sharedOwners_inNobodysWayButOfTheExclusive() {
        Seen other = seen(owner(2, true, SOON, true));

        assertThat(shared.decide(other)).isEqualTo(Decision.TAKE);
        assertThat(exclusive.decide(other)).isEqualTo(Decision.WAIT);
        assertThat(shared.decide(seen(owner(2, false, SOON, true)))).isEqualTo(Decision.WAIT);
    }

    @Test
    void decide_sharedOwnersOfAnEarlierVersion_inTheWay() {
        Seen old = new Seen(0, true, List.of(owner(2, true, SOON, true)), List.of());
        Seen renewed = new Seen(0, true, List.of(owner(2, true, SOON.plusNanos(1), true)), List.of());

        assertThat(shared.decide(old)).isEqualTo(Decision.WAIT);
        assertThatThrownBy(() -> shared.decide(renewed))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("open with an earlier version of Peerkit; close it there");
    }

    @Test
    void others_aliveAndNotOurselves_given() {
        Seen seen = seen(owner(1, true, SOON, true), owner(2, true, SOON, true), owner(3, true, SOON, false));

        assertThat(shared.others(seen)).containsExactly(new byte[] {2});
    }

    @Test
    void decide_ownRow_taken() {
        assertThat(exclusive.decide(seen(owner(1, false, SOON, true)))).isEqualTo(Decision.TAKEN);
    }

    @Test
    void dead_lanesOfTheLiving_spared() {
        RecordId living = lane(2);
        RecordId dead = lane(3);
        RecordId closed = lane(4);
        Seen seen = new Seen(
                7,
                false,
                List.of(owner(2, true, SOON, true), owner(3, true, SOON, false)),
                List.of(living, dead, closed));

        LeaseQuestion.Dead cleared = shared.dead(seen);

        assertThat(cleared.lanes()).containsExactly(dead, closed);
        assertThat(cleared.owners()).hasSize(1);
        assertThat(cleared.owners().get(0).bytesAt(1)).containsExactly(3);
    }

    private static Seen seen(Owner... owners) {
        return new Seen(0, false, List.of(owners), List.of());
    }

    private static Owner owner(int name, boolean isShared, Instant until, boolean alive) {
        return new Owner(SPACE.id(Tables.OWNER, new byte[] {(byte) name}), isShared, until, alive);
    }

    private static RecordId lane(int owner) {
        return SPACE.id(Tables.LANE, new byte[] {(byte) owner}, 0);
    }
}
