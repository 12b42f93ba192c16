// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.peerkit.gossip.internal.reconcile.Entries.Entry;
import java.math.BigInteger;
import java.util.Collection;
import java.util.Random;
import java.util.TreeSet;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NegentropySessionTest {
    private final TreeSet<Entry> ours = new TreeSet<>();
    private final TreeSet<Entry> theirs = new TreeSet<>();

    @ParameterizedTest
    @CsvSource({"0, 0", "4096, 4096", "0, 4096", "4096, 0", "5000, 20000", "65536, 4096"})
    void session_randomSets_exactDifference(int initiatorFrame, int responderFrame) {
        for (long seed = 1; seed <= 40; seed++) {
            fill(new Random(seed));
            check(seed, initiatorFrame, responderFrame);
        }
    }

    /** Common entries and scattered, clustered or one-sided differences, with many or few or huge times. */
    private void fill(Random random) {
        ours.clear();
        theirs.clear();
        int common = random.nextInt(4) == 0 ? random.nextInt(40) : random.nextInt(6_000);
        long[] reach = {1, 50, 1_000_000};
        long times = reach[random.nextInt(3)];
        long base = random.nextBoolean() ? 0 : -times - 2;
        for (int i = 0; i < common; i++) {
            Entry entry = Entry.random(random, base + (long) (random.nextDouble() * times));
            ours.add(entry);
            theirs.add(entry);
        }
        long width = random.nextBoolean() ? times : 1;
        addTo(ours, random, base, width, random.nextInt(4) == 0 ? 2_000 : 30);
        addTo(theirs, random, base, width, random.nextInt(4) == 0 ? 2_000 : 30);
    }

    private static void addTo(Collection<Entry> side, Random random, long base, long width, int most) {
        int entries = random.nextInt(most);
        for (int i = 0; i < entries; i++) {
            side.add(Entry.random(random, base + (long) (random.nextDouble() * width)));
        }
    }

    private Session check(long seed, int initiatorFrame, int responderFrame) {
        Session session =
                Session.run(Entries.snapshotOf(ours), Entries.snapshotOf(theirs), initiatorFrame, responderFrame);
        TreeSet<Entry> have = new TreeSet<>(ours);
        have.removeAll(theirs);
        TreeSet<BigInteger> need = new TreeSet<>();
        theirs.stream().filter(e -> !ours.contains(e)).forEach(e -> need.add(e.id()));
        assertThat(session.have).as("have, seed %d", seed).isEqualTo(have);
        assertThat(session.need).as("need, seed %d", seed).isEqualTo(need);
        return session;
    }

    @ParameterizedTest
    @CsvSource({"0", "4096"})
    void session_oneSideEmpty_exactDifference(int frame) {
        Random random = new Random(3);
        for (int i = 0; i < 3_000; i++) {
            ours.add(Entry.random(random, i / 10));
        }
        check(3, frame, frame);
        theirs.addAll(ours);
        ours.clear();
        check(3, frame, frame);
    }

    /**
     * The closing fingerprint must cover the range whose answer did not fit: over the rest alone, here nothing, both
     * sides agree, and what the partner lacks in that range would never be found.
     */
    @Test
    void responder_frameFullBeforeRangeThatPartnerLacks_differenceFound() {
        int fitting = 110;
        for (int i = 0; i < fitting + 31; i++) {
            theirs.add(Entry.of(i, Entries.hashOf(i)));
        }
        EntrySnapshot nothing = new EntrySet().snapshot();
        NegentropyInitiator initiator = new NegentropyInitiator(nothing, 4_096);
        NegentropyResponder responder = new NegentropyResponder(Entries.snapshotOf(theirs), 4_096);
        initiator.initiate();
        // Lists nothing below time 110, then the fingerprint of nothing up to infinity.
        byte[] question = Entries.hex("61 6f 00 02 00 00 00 01" + nothing.fingerprint());

        NegentropyStep first = initiator.reconcile(responder.reconcile(question));
        assertThat(first.need().size()).isEqualTo(fitting);
        assertThat(first.next()).isPresent();
        NegentropyStep second =
                initiator.reconcile(responder.reconcile(first.next().orElseThrow()));
        assertThat(second.need().size()).isEqualTo(31);
        assertThat(second.next()).isEmpty();
    }

    @Test
    void session_equalSets_oneRoundAndAFewHundredBytes() {
        Random random = new Random(4);
        for (int i = 0; i < 10_000; i++) {
            ours.add(Entry.random(random, 0));
        }
        theirs.addAll(ours);
        Session session = check(4, 0, 0);
        assertThat(session.rounds).isEqualTo(1);
        assertThat(session.bytes()).isCloseTo(339, Percentage.withPercentage(2));
    }

    /** Totals that the reference implementation was measured with, scattered differences, half on each side. */
    @ParameterizedTest
    @CsvSource({
        "10000, 10, 7136, 2",
        "10000, 100, 44642, 2",
        "100000, 10, 14930, 2",
        "100000, 100, 113403, 2",
    })
    void session_scatteredDifferences_bytesOfTheReference(int entries, int differences, int bytes, int rounds) {
        int seeds = 5;
        long total = 0;
        for (int seed = 0; seed < seeds; seed++) {
            EntrySet a = new EntrySet();
            EntrySet b = new EntrySet();
            Random random = new Random(seed);
            for (int i = 0; i < entries; i++) {
                byte[] id = Entries.randomId(random);
                boolean different = i < differences;
                if (!different || i % 2 == 0) {
                    a.add(0, id, 0);
                }
                if (!different || i % 2 == 1) {
                    b.add(0, id, 0);
                }
            }
            Session session = Session.run(a.snapshot(), b.snapshot(), 0, 0);
            assertThat(session.have.size() + session.need.size()).isEqualTo(differences);
            assertThat(session.rounds).isEqualTo(rounds);
            total += session.bytes();
        }
        assertThat((double) total / seeds).isCloseTo(bytes, within(0.06 * bytes));
    }

    @Test
    void maxRounds_levelsSpareAndFrames() {
        assertThat(Negentropy.maxRounds(0, 0, 0)).isEqualTo(4);
        assertThat(Negentropy.maxRounds(16, 1, 0)).isEqualTo(5);
        assertThat(Negentropy.maxRounds(17, 1, 0)).isEqualTo(6);
        assertThat(Negentropy.maxRounds(1, 1_000_000, 0)).isEqualTo(9);
        assertThat(Negentropy.maxRounds(64, 0, 4_096)).isEqualTo(7);
        assertThat(Negentropy.maxRounds(64, 1, 4_096)).isEqualTo(8);
        assertThat(Negentropy.maxRounds(Integer.MAX_VALUE, Integer.MAX_VALUE, 4_096))
                .isPositive();
    }

    @Test
    void machines_frameLimit_atLeast4096() {
        EntrySnapshot empty = new EntrySet().snapshot();
        assertThat(new NegentropyInitiator(empty, 4_096).initiate()).hasSize(5);
        assertThatThrownBy(() -> new NegentropyInitiator(empty, 4_095)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new NegentropyResponder(empty, 4_095)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new NegentropyResponder(empty, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void initiator_outOfTurn_refused() {
        NegentropyInitiator initiator = new NegentropyInitiator(new EntrySet().snapshot(), 0);
        byte[] version = {0x61};
        assertThatThrownBy(() -> initiator.reconcile(version)).isInstanceOf(IllegalStateException.class);
        initiator.initiate();
        assertThatThrownBy(initiator::initiate).isInstanceOf(IllegalStateException.class);
        assertThat(initiator.reconcile(version).next()).isEmpty();
        assertThatThrownBy(() -> initiator.reconcile(version)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void initiator_emptyListForEverything_oneRangeNamesTheWholeSet() {
        Random random = new Random(5);
        for (int i = 0; i < 5_000; i++) {
            ours.add(Entry.random(random, i));
        }
        NegentropyInitiator initiator = new NegentropyInitiator(Entries.snapshotOf(ours), 0);
        initiator.initiate();
        NegentropyStep step = initiator.reconcile(Entries.hex("61 00 00 02 00"));
        assertThat(step.have().size()).isEqualTo(1);
        assertThat(step.have().entries()).isEqualTo(5_000);
        assertThat(step.need().size()).isZero();
        assertThat(step.next()).isEmpty();
    }
}
