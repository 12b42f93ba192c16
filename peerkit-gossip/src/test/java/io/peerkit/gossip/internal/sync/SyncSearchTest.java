// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import static io.peerkit.gossip.internal.sync.SyncPair.SCOPE;
import static io.peerkit.gossip.internal.sync.SyncPair.key;
import static io.peerkit.gossip.internal.sync.SyncPair.keys;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.entry.WireEntry;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import io.peerkit.gossip.internal.reconcile.Fingerprint;
import io.peerkit.gossip.internal.reconcile.ShortSymbols;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the two sides of a session find their differences: checks, symbols, ranges, and what a hostile side may try. */
class SyncSearchTest {
    private static final int LENGTH = 100;
    private static final SyncPair.Setup DEEP = new SyncPair.Setup(true, true, false);
    private static final SyncPair.Setup RANGES = new SyncPair.Setup(true, false, true);
    private static final SyncPair.Setup KEYLESS = new SyncPair.Setup(false, false, false);

    @ParameterizedTest
    @CsvSource({"0, 150", "10, 900", "100, 4096", "1000, 30000"})
    void session_scatteredDifferences_withinTheTargetsInOneRoundTrip(int differences, int targetBytes) {
        SortedSet<EntryKey> one = keys(0, 20_000);
        SortedSet<EntryKey> other = keys(0, 20_000);
        SplittableRandom random = new SplittableRandom(differences);
        random.ints(0, 20_000).distinct().limit(differences).forEach(i -> (i % 2 == 0 ? one : other).remove(key(i)));
        SyncPair pair = new SyncPair(one, other, 5).run();

        assertThat(one).isEqualTo(other).hasSize(20_000);
        assertThat(pair.initiator.entriesReceived + pair.responder.entriesReceived)
                .isEqualTo(differences);
        assertThat(pair.initiator.bytesBesideEntries + pair.responder.bytesBesideEntries)
                .isLessThanOrEqualTo(targetBytes);
        assertThat(pair.responder.framesReceived - pair.responder.entryFramesReceived)
                .as("hello, want, offer and done at most")
                .isLessThanOrEqualTo(4);
    }

    @Test
    void session_moreDifferencesThanSymbolsFind_goesByRanges() {
        SortedSet<EntryKey> one = keys(0, 9_000);
        SortedSet<EntryKey> other = keys(3_000, 12_000);
        SyncPair pair = new SyncPair(one, other, 5).run();

        assertThat(one).isEqualTo(other).hasSize(12_000);
        assertThat(pair.initiator.machine.way()).isEqualTo(SyncFrame.Way.RANGES);
        assertThat(pair.initiator.entriesReceived).isEqualTo(3_000);
        assertThat(pair.responder.entriesReceived).isEqualTo(3_000);
    }

    @Test
    void session_aSideWithoutKeyOrAgainstSymbols_goesByRanges() {
        for (List<SyncPair.Setup> setups :
                List.of(List.of(KEYLESS, DEEP), List.of(DEEP, KEYLESS), List.of(RANGES, DEEP), List.of(DEEP, RANGES))) {
            SortedSet<EntryKey> one = keys(0, 900);
            SortedSet<EntryKey> other = keys(5, 905);
            SyncPair pair =
                    SyncPair.of(one, setups.get(0), other, setups.get(1), 6).run();

            assertThat(one).isEqualTo(other).hasSize(905);
            assertThat(pair.initiator.machine.way()).isEqualTo(SyncFrame.Way.RANGES);
        }
    }

    @Test
    void session_deepCheckOfEqualSets_bothSumUpAndAreDone() {
        SyncPair pair = SyncPair.of(keys(0, 700), DEEP, keys(0, 700), DEEP, 6).run();

        assertThat(pair.initiator.checks).isEqualTo(1);
        assertThat(pair.responder.checks).isEqualTo(1);
        assertThat(pair.initiator.outcome).contains(SyncAction.Outcome.DONE);
        assertThat(pair.responder.outcome).contains(SyncAction.Outcome.DONE);
    }

    @Test
    void session_deepCheckNotGranted_equal() {
        SyncPair pair = SyncPair.of(keys(0, 700), DEEP, keys(0, 700), SyncPair.Setup.USUAL, 6)
                .run();

        assertThat(pair.initiator.checks).isZero();
        assertThat(pair.initiator.outcome).contains(SyncAction.Outcome.EQUAL);
    }

    /** As if two sets had one fingerprint: the responder says so, and the sum tells them apart. */
    @Test
    void initiator_anotherSum_looksForDifferencesBySymbolsThenByRanges() {
        SyncInitiator initiator = new SyncInitiator(
                new SyncStart(SCOPE, set(500), set(500).snapshot(), Optional.empty(), 3, true, false));
        initiator.start();
        initiator.received(SyncFrame.Answer.of(SyncFrame.Way.CHECK, 0), LENGTH);
        assertThat(initiator.received(new SyncFrame.Sum(new byte[16]), LENGTH))
                .hasOnlyElementsOfType(SyncAction.Check.class);
        byte[] other = new byte[16];
        other[3] = 1;
        List<SyncAction> actions = initiator.checked(other);
        assertThat(actions).singleElement().isInstanceOf(SyncAction.Send.class);
        SyncFrame.More more = (SyncFrame.More) ((SyncAction.Send) actions.get(0)).frame();

        // The peer's symbols show no difference either: short ids that collide.
        SyncResponder twin = checking(500);
        SyncAction.Send answer = (SyncAction.Send) twin.received(more, LENGTH).get(0);
        List<SyncAction> next = initiator.received(answer.frame(), LENGTH);
        assertThat(next).singleElement().isInstanceOf(SyncAction.Send.class);
        assertThat(((SyncAction.Send) next.get(0)).frame()).isInstanceOf(SyncFrame.Reconcile.class);
        assertThat(initiator.way()).isEqualTo(SyncFrame.Way.RANGES);
    }

    @Test
    void session_setsThatChangeMeanwhile_restIsFoundByTheNext() {
        SplittableRandom random = new SplittableRandom(8);
        for (int seed = 0; seed < 60; seed++) {
            int size = random.nextInt(100, 1_500);
            SortedSet<EntryKey> one = some(random, size);
            SortedSet<EntryKey> other = some(random, size);
            TreeSet<EntryKey> union = new TreeSet<>(one);
            union.addAll(other);
            SyncPair pair = new SyncPair(one, other, seed);
            for (int i = 0; i < 40; i++) {
                // After the snapshots were taken: what comes stays, and what goes can no longer be sent.
                EntryKey added = key(10_000 + i);
                union.add(added);
                add(random.nextBoolean() ? pair.initiator : pair.responder, added);
                SyncPair.Side loser = random.nextBoolean() ? pair.initiator : pair.responder;
                EntryKey gone = loser.keys.first();
                union.remove(gone);
                remove(pair.initiator, gone);
                remove(pair.responder, gone);
            }
            pair.run();
            new SyncPair(one, other, seed).run();

            assertThat(one).as("seed " + seed).isEqualTo(other).containsAll(union);
        }
    }

    private static void add(SyncPair.Side side, EntryKey key) {
        side.keys.add(key);
        side.set.add(key.time(), key.id().toBytes(), 0);
    }

    private static void remove(SyncPair.Side side, EntryKey key) {
        side.keys.remove(key);
        side.set.remove(key.time(), key.id().toBytes(), 0);
    }

    private static SortedSet<EntryKey> some(SplittableRandom random, int size) {
        TreeSet<EntryKey> keys = new TreeSet<>();
        for (int i = 0; i < size; i++) {
            if (random.nextInt(20) > 0) {
                keys.add(key(i));
            }
        }
        return keys;
    }

    @Test
    void undelivered_peerThatNamesEntriesItDoesNotSend_counted() {
        SyncInitiator initiator = decoding(500);
        List<SyncAction> actions =
                initiator.received(new SyncFrame.Answer(SyncFrame.Way.SYMBOLS, 501, symbolsOf(501, 32)), LENGTH);

        assertThat(((SyncAction.Send) actions.get(0)).frame()).isInstanceOf(SyncFrame.WantShort.class);
        assertThat(initiator.undelivered()).isEqualTo(1);
        initiator.received(new SyncFrame.Entries(List.of(new WireEntry(new byte[40], new byte[0]))), LENGTH);
        assertThat(initiator.undelivered()).isZero();
    }

    @Test
    void initiator_answersThatDoNotFit_refused() {
        for (SyncFrame.Answer answer : List.of(
                SyncFrame.Answer.of(SyncFrame.Way.CHECK, 0),
                SyncFrame.Answer.of(SyncFrame.Way.BULK, 500),
                SyncFrame.Answer.of(SyncFrame.Way.RANGES, 3),
                new SyncFrame.Answer(SyncFrame.Way.SYMBOLS, 500, new byte[12 * 2_049]))) {
            assertThatThrownBy(() -> decoding(500).received(answer, LENGTH)).isInstanceOf(InvalidBytesException.class);
        }
        SyncInitiator keyless = new SyncInitiator(
                SyncStart.of(SCOPE, new EntrySet(), keyless(500).snapshot(), 3));
        keyless.start();
        assertThatThrownBy(
                        () -> keyless.received(new SyncFrame.Answer(SyncFrame.Way.SYMBOLS, 500, new byte[12]), LENGTH))
                .isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void initiator_symbolsThatNeverDecode_endsInRanges() {
        SyncInitiator initiator = decoding(500);
        SplittableRandom random = new SplittableRandom(5);
        byte[] noise = new byte[12 * 16];
        random.nextBytes(noise);
        List<SyncAction> actions = initiator.received(new SyncFrame.Answer(SyncFrame.Way.SYMBOLS, 500, noise), LENGTH);
        int asked = 0;
        while (((SyncAction.Send) actions.get(0)).frame() instanceof SyncFrame.More more) {
            byte[] next = new byte[12 * (more.upTo() - (asked == 0 ? 16 : asked))];
            asked = more.upTo();
            random.nextBytes(next);
            actions = initiator.received(new SyncFrame.Symbols(next), LENGTH);
        }
        assertThat(asked).isEqualTo(2_048);
        assertThat(((SyncAction.Send) actions.get(0)).frame()).isInstanceOf(SyncFrame.Reconcile.class);
    }

    @Test
    void initiator_noSymbolsOrMoreThanAsked_refused() {
        SyncInitiator initiator = decoding(500);
        initiator.received(new SyncFrame.Answer(SyncFrame.Way.SYMBOLS, 500, new byte[12]), LENGTH);
        for (int symbols : new int[] {0, 2_000}) {
            assertThatThrownBy(() -> initiator.received(new SyncFrame.Symbols(new byte[12 * symbols]), LENGTH))
                    .isInstanceOf(InvalidBytesException.class);
            assertThat(initiator.exceeded()).contains(SyncBudget.SYMBOLS);
        }
    }

    @Test
    void responder_moreThatBringsNothingNew_refused() {
        SyncResponder responder = following(500);
        assertThat(responder.received(new SyncFrame.More(2_048), LENGTH)).hasSize(1);
        assertThatThrownBy(() -> responder.received(new SyncFrame.More(2_048), LENGTH))
                .isInstanceOf(InvalidBytesException.class);
        assertThat(responder.exceeded()).contains(SyncBudget.SYMBOLS);
    }

    @Test
    void responder_shortIdsThatNobodyHas_passedOver() {
        SyncResponder responder = following(500);
        assertThat(responder.received(new SyncFrame.WantShort(new byte[64]), LENGTH))
                .isEmpty();
    }

    @Test
    void responder_moreShortIdsThanSymbolsOrNone_refused() {
        assertThatThrownBy(() -> following(500).received(new SyncFrame.WantShort(new byte[0]), LENGTH))
                .isInstanceOf(InvalidBytesException.class);
        SyncResponder responder = following(500);
        assertThatThrownBy(() -> responder.received(new SyncFrame.WantShort(new byte[8 * 2_049]), LENGTH))
                .isInstanceOf(InvalidBytesException.class);
        assertThat(responder.exceeded()).contains(SyncBudget.SHORT_IDS);
    }

    @Test
    void anySide_moreBytesThanItsSetsAreWorth_refused() {
        SyncResponder responder = following(500);
        int most = (int) (SyncMachine.BASE_BYTES + SyncMachine.BYTES_PER_ENTRY * 1_000);
        assertThatThrownBy(() -> responder.received(new SyncFrame.More(1_000), most))
                .isInstanceOf(InvalidBytesException.class);
        assertThat(responder.exceeded()).contains(SyncBudget.BYTES);
    }

    @Test
    void machines_anyFramesInAnyOrder_onlyInvalidBytes() {
        SplittableRandom random = new SplittableRandom(99);
        int refused = 0;
        for (int i = 0; i < 4_000; i++) {
            SyncMachine machine = random.nextBoolean() ? decoding(100) : following(100);
            try {
                for (int k = 0; k < 30; k++) {
                    machine.received(frame(random), LENGTH);
                }
            } catch (InvalidBytesException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(3_000);
    }

    private static SyncFrame frame(SplittableRandom random) {
        byte[] bytes = new byte[96];
        random.nextBytes(bytes);
        bytes[0] = 0x61;
        return switch (random.nextInt(10)) {
            case 0 -> SyncFrame.Answer.of(SyncFrame.Way.of(random.nextInt(3)), random.nextInt(200));
            case 1 -> new SyncFrame.Answer(SyncFrame.Way.SYMBOLS, random.nextInt(200), bytes);
            case 2 -> new SyncFrame.Symbols(bytes);
            case 3 -> new SyncFrame.More(1 + random.nextInt(2_048));
            case 4 -> new SyncFrame.WantShort(bytes);
            case 5 -> new SyncFrame.Want(bytes);
            case 6 -> new SyncFrame.Reconcile(bytes);
            case 7 -> new SyncFrame.Sum(new byte[16]);
            case 8 -> new SyncFrame.Entries(List.of());
            default -> SyncFrame.Answer.of(SyncFrame.Way.RANGES, 100 + random.nextInt(20));
        };
    }

    private static SyncInitiator decoding(int entries) {
        EntrySet set = set(entries);
        SyncInitiator initiator = new SyncInitiator(SyncStart.of(SCOPE, set, set.snapshot(), 3));
        initiator.start();
        return initiator;
    }

    /** A responder that has summed up its set because the initiator's looks the same. */
    private static SyncResponder checking(int entries) {
        EntrySet set = set(entries);
        SyncResponder responder =
                new SyncResponder(new SyncStart(SCOPE, set, set.snapshot(), Optional.empty(), 3, true, false));
        Fingerprint same = set.snapshot().fingerprint(3);
        responder.received(
                new SyncFrame.Hello(2, SCOPE.networkTag(), "all", 1, 0, entries, same, 3, Optional.empty(), true),
                LENGTH);
        assertThat(responder.checked(new byte[16])).singleElement().isInstanceOf(SyncAction.Send.class);
        return responder;
    }

    /** A responder whose initiator has as many entries, other ones, and a sketch like its own. */
    private static SyncResponder following(int entries) {
        EntrySet set = set(entries);
        SyncResponder responder = new SyncResponder(SyncStart.of(SCOPE, set, set.snapshot(), 3));
        responder.received(
                new SyncFrame.Hello(
                        2,
                        SCOPE.networkTag(),
                        "all",
                        1,
                        0,
                        entries,
                        Fingerprint.of(new byte[16]),
                        3,
                        set.snapshot().sketch().map(sketch -> sketch.estimate()),
                        false),
                LENGTH);
        return responder;
    }

    private static byte[] symbolsOf(int entries, int symbols) {
        return ShortSymbols.write(set(entries).snapshot().sketch().orElseThrow(), 0, symbols);
    }

    private static EntrySet set(int entries) {
        EntrySet set = new EntrySet(Optional.of(SCOPE.key()));
        keys(0, entries).forEach(key -> set.add(key.time(), key.id().toBytes(), 0));
        return set;
    }

    private static EntrySet keyless(int entries) {
        EntrySet set = new EntrySet();
        keys(0, entries).forEach(key -> set.add(key.time(), key.id().toBytes(), 0));
        return set;
    }
}
