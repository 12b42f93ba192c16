// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NetworkId;
import io.peerkit.gossip.internal.reconcile.Entries.Entry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class SketchTest {
    private static final SketchKey KEY = SketchKey.of(NetworkId.named("test"), "all");

    @Test
    void key_networkAndScope_hkdfOfBoth() throws Exception {
        byte[] network = NetworkId.named("test").toBytes();
        byte[] extracted = hmac("peerkit-sketch-2".getBytes(StandardCharsets.US_ASCII), network);
        byte[] expanded = hmac(extracted, "all\u0001".getBytes(StandardCharsets.US_ASCII));
        long[] expected = new long[2];
        SipHash.keyed(expanded, 0).hash128(network, 0, 32, expected);

        long[] own = new long[2];
        KEY.shortId(network, 0, own);
        assertThat(own).isEqualTo(expected);
        assertThat(KEY.checksum(own[0])).isEqualTo(SipHash.keyed(expanded, 16).hash(own[0]));

        SketchKey.of(NetworkId.named("test"), "other").shortId(network, 0, own);
        assertThat(own).isNotEqualTo(expected);
        SketchKey.of(NetworkId.named("else"), "all").shortId(network, 0, own);
        assertThat(own).isNotEqualTo(expected);
    }

    private static byte[] hmac(byte[] key, byte[] message) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(message);
    }

    @Test
    void sketch_afterAddsAndRemoves_asIfMadeAnewAndSnapshotsStay() {
        Random random = new Random(8);
        EntrySet set = new EntrySet(Optional.of(KEY));
        List<Entry> held = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            Entry entry = Entry.random(random, random.nextInt(500));
            held.add(entry);
            set.add(entry.time(), entry.bytes(), 0);
        }
        Sketch before = set.snapshot().sketch().orElseThrow();
        byte[] symbolsBefore = bytes(before);
        byte[] estimateBefore = before.estimate();
        for (int i = 0; i < 1_000; i++) {
            Entry entry = held.remove(random.nextInt(held.size()));
            assertThat(set.remove(entry.time(), entry.bytes(), 0)).isTrue();
            assertThat(set.remove(entry.time(), entry.bytes(), 0)).isFalse();
        }
        EntrySet anew = new EntrySet(Optional.of(KEY));
        held.forEach(entry -> anew.add(entry.time(), entry.bytes(), 0));
        held.forEach(entry -> anew.add(entry.time(), entry.bytes(), 0));

        Sketch now = set.snapshot().sketch().orElseThrow();
        Sketch fresh = anew.snapshot().sketch().orElseThrow();
        assertThat(bytes(now)).isEqualTo(bytes(fresh)).isNotEqualTo(symbolsBefore);
        assertThat(now.estimate()).isEqualTo(fresh.estimate());
        assertThat(bytes(before)).isEqualTo(symbolsBefore);
        assertThat(before.estimate()).isEqualTo(estimateBefore);
    }

    @Test
    void plus_disjointSets_sketchOfTheUnion() {
        Random random = new Random(9);
        EntrySet one = new EntrySet(Optional.of(KEY));
        EntrySet other = new EntrySet(Optional.of(KEY));
        EntrySet both = new EntrySet(Optional.of(KEY));
        for (int i = 0; i < 1_000; i++) {
            byte[] id = Entries.randomId(random);
            (i % 3 == 0 ? one : other).add(i, id, 0);
            both.add(i, id, 0);
        }
        Sketch sum = sketch(one).plus(sketch(other));
        assertThat(bytes(sum)).isEqualTo(bytes(sketch(both)));
        assertThat(sum.estimate()).isEqualTo(sketch(both).estimate());

        EntrySet foreign = new EntrySet(Optional.of(SketchKey.of(NetworkId.named("x"), "all")));
        assertThatThrownBy(() -> sketch(one).plus(sketch(foreign))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void finder_anyDifferences_foundByBothSidesWords() {
        Random random = new Random(10);
        for (int trial = 0; trial < 60; trial++) {
            EntrySet own = new EntrySet(Optional.of(KEY));
            EntrySet peer = new EntrySet(Optional.of(KEY));
            Set<String> onlyOwn = new HashSet<>();
            Set<String> onlyPeer = new HashSet<>();
            for (int i = 0; i < 2_000; i++) {
                byte[] id = Entries.randomId(random);
                int side = random.nextInt(100);
                if (side > 1) {
                    own.add(i, id, 0);
                }
                if (side > 3 || side < 2) {
                    peer.add(i, id, 0);
                }
                if (side < 2) {
                    onlyPeer.add(Entries.hex(id));
                } else if (side < 4) {
                    onlyOwn.add(Entries.hex(id));
                }
            }
            Sketch theirs = sketch(peer);
            DifferenceFinder finder = new DifferenceFinder(sketch(own), own);
            DifferenceFinder.Result result = finder.take(ShortSymbols.write(theirs, 0, 16));
            while (result == DifferenceFinder.Result.OPEN) {
                result = finder.take(ShortSymbols.write(theirs, finder.received(), finder.wanted()));
            }
            assertThat(result).isEqualTo(DifferenceFinder.Result.FOUND);
            assertThat(ids(finder.have())).isEqualTo(onlyOwn);
            IdList needed = new IdList();
            for (long shortId : finder.need()) {
                peer.find(shortId, needed);
            }
            assertThat(ids(needed)).isEqualTo(onlyPeer);
        }
    }

    @Test
    void finder_moreDifferencesThanSymbolsFind_hopelessAtTheCap() {
        Random random = new Random(11);
        EntrySet own = new EntrySet(Optional.of(KEY));
        for (int i = 0; i < 2_000; i++) {
            own.add(i, Entries.randomId(random), 0);
        }
        Sketch empty = sketch(new EntrySet(Optional.of(KEY)));
        DifferenceFinder finder = new DifferenceFinder(sketch(own), own);
        DifferenceFinder.Result result = DifferenceFinder.Result.OPEN;
        while (result == DifferenceFinder.Result.OPEN) {
            result = finder.take(ShortSymbols.write(empty, finder.received(), finder.wanted()));
        }
        assertThat(result).isEqualTo(DifferenceFinder.Result.HOPELESS);
        assertThat(finder.received()).isEqualTo(KeyedSummary.MAX_SYMBOLS);
        assertThatThrownBy(() -> finder.take(new byte[12]))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("at most 0 more");
    }

    @Test
    void finder_symbolsOfABrokenLength_refused() {
        EntrySet own = new EntrySet(Optional.of(KEY));
        DifferenceFinder finder = new DifferenceFinder(sketch(own), own);
        assertThatThrownBy(() -> finder.take(new byte[13])).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void deepCheck_anySlices_equalForEqualSetsOnly() {
        Random random = new Random(12);
        EntrySet one = new EntrySet(Optional.of(KEY));
        EntrySet other = new EntrySet(Optional.of(KEY));
        for (int i = 0; i < 1_000; i++) {
            byte[] id = Entries.randomId(random);
            one.add(i, id, 0);
            other.add(i, id, 0);
        }
        assertThat(sum(one, 5, 7)).isEqualTo(sum(other, 5, 1_000_000)).isNotEqualTo(sum(one, 6, 7));
        byte[] id = Entries.randomId(random);
        other.add(3, id, 0);
        assertThat(sum(other, 5, 64)).isNotEqualTo(sum(one, 5, 64));
        other.remove(3, id, 0);
        assertThat(sum(other, 5, 64)).isEqualTo(sum(one, 5, 64));
        EntrySnapshot keyless = new EntrySet().snapshot();
        assertThatThrownBy(() -> new DeepCheck(keyless, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] sum(EntrySet set, long nonce, int slice) {
        DeepCheck check = new DeepCheck(set.snapshot(), nonce);
        while (check.advance(slice)) {}
        return check.sum();
    }

    private static Set<String> ids(IdList list) {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < list.size(); i++) {
            ids.add(Entries.hex(list.get(i).toBytes()));
        }
        return ids;
    }

    private static Sketch sketch(EntrySet set) {
        return set.snapshot().sketch().orElseThrow();
    }

    private static byte[] bytes(Sketch sketch) {
        return ShortSymbols.write(sketch, 0, sketch.symbolCount());
    }
}
