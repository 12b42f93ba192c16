// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.EntryId;
import io.peerkit.api.NodeId;
import io.peerkit.api.storage.EntryKey;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PushMachineTest {
    private static final NodeId A = new NodeId("a");
    private static final NodeId B = new NodeId("b");
    private static final NodeId C = new NodeId("c");
    private static final long ROUTE = 9;

    private final PushMachine machine = new PushMachine();
    private final SplittableRandom random = new SplittableRandom(1);

    private static EntryKey key(int number) {
        return new EntryKey(number, EntryId.ofHeader(new byte[] {(byte) (number >> 8), (byte) number}));
    }

    private void links(NodeId... peers) {
        for (NodeId peer : peers) {
            machine.linkUp(peer, random);
        }
    }

    private List<PushAction> stored(EntryKey key, NodeId from) {
        return machine.stored(key, ROUTE, Set.of(from), peer -> true);
    }

    /** An entry comes whole from a peer that was not asked. */
    private List<PushAction> pushed(int number, NodeId from, int hops) {
        machine.arrived(from, key(number).id(), hops);
        return stored(key(number), from);
    }

    @Test
    void published_ownEntry_wholeToNeighbours() {
        links(A, B);
        assertThat(machine.published(List.of(key(1)), ROUTE, peer -> true))
                .containsExactlyInAnyOrder(
                        new PushAction.Push(A, key(1), ROUTE, 0), new PushAction.Push(B, key(1), ROUTE, 0));
    }

    @Test
    void published_notForEveryone_onlyToThem() {
        links(A, B);
        assertThat(machine.published(List.of(key(1)), ROUTE, A::equals))
                .containsExactly(new PushAction.Push(A, key(1), ROUTE, 0));
    }

    @Test
    void published_manyConnections_wholeToAFew() {
        for (int i = 0; i < 200; i++) {
            machine.linkUp(new NodeId("peer " + i), random);
        }
        Set<NodeId> told = new LinkedHashSet<>();
        machine.published(List.of(key(1)), ROUTE, peer -> true).forEach(action -> told.add(action.peer()));
        assertThat(told).hasSize(PushMachine.MAX_LINKS);
        List<PushAction> again = machine.published(List.of(key(2)), ROUTE, peer -> true);
        assertThat(again).allMatch(action -> told.contains(action.peer()));
    }

    @Test
    void stored_authorWithoutTree_announcedAtOnceToAll() {
        links(A, B, C);
        assertThat(pushed(1, A, 0))
                .containsExactlyInAnyOrder(
                        new PushAction.Announce(B, key(1), ROUTE, 1, true),
                        new PushAction.Announce(C, key(1), ROUTE, 1, true));
    }

    @Test
    void stored_grownTree_wholeToChildrenAndBatchedToFew() {
        links(A, B, C);
        for (int i = 0; i < 20; i++) {
            machine.linkUp(new NodeId("peer " + i), random);
        }
        pushed(1, A, 0);
        machine.grafted(B, ROUTE);
        List<PushAction> actions = pushed(2, A, 0);
        assertThat(actions).contains(new PushAction.Push(B, key(2), ROUTE, 1)).hasSize(1 + PushMachine.LAZY_LINKS);
        assertThat(actions.subList(1, actions.size()))
                .allMatch(action -> action instanceof PushAction.Announce announce && !announce.soon());
    }

    @Test
    void stored_tooDeep_announcedInsteadOfPushed() {
        links(A, B);
        pushed(1, A, 0);
        machine.grafted(B, ROUTE);
        assertThat(pushed(2, A, PushMachine.MAX_DEPTH - 2))
                .containsExactly(new PushAction.Push(B, key(2), ROUTE, PushMachine.MAX_DEPTH - 1));
        assertThat(pushed(3, A, PushMachine.MAX_DEPTH - 1))
                .containsExactly(new PushAction.Announce(B, key(3), ROUTE, PushMachine.MAX_DEPTH, true));
    }

    @Test
    void announced_noTree_askedAtOnceAndDeliveryMakesTheParent() {
        links(A, B);
        assertThat(machine.announced(A, key(1).id(), ROUTE, 2))
                .containsExactly(new PushAction.Ask(A, key(1).id(), ROUTE));
        machine.arrived(A, key(1).id(), PushMachine.MAX_HOPS);
        stored(key(1), A);
        assertThat(machine.figures().read().mostHops()).isEqualTo(3);
        assertThat(machine.announced(B, key(2).id(), ROUTE, 2)).isEmpty();
        assertThat(machine.announced(A, key(2).id(), ROUTE, 2))
                .containsExactly(new PushAction.Ask(A, key(2).id(), ROUTE));
    }

    @Test
    void tick_parentSilent_leftForTheAnnouncer() {
        links(A, B);
        pushed(1, A, 0);
        for (int i = 0; i <= WantList.AWAIT_TICKS; i++) {
            machine.tick();
        }
        machine.announced(B, key(2).id(), ROUTE, 2);
        List<PushAction> actions = new ArrayList<>();
        for (int i = 0; i < WantList.AWAIT_TICKS; i++) {
            assertThat(actions).isEmpty();
            actions.addAll(machine.tick());
        }
        assertThat(actions).containsExactly(new PushAction.Prune(A, ROUTE), new PushAction.Ask(B, key(2).id(), ROUTE));
    }

    @Test
    void duplicate_secondDeliverer_pruned() {
        links(A, B);
        machine.arrived(A, key(1).id(), 0);
        assertThat(machine.duplicate(B, key(1).id(), ROUTE)).containsExactly(new PushAction.Prune(B, ROUTE));
        assertThat(machine.duplicate(A, key(1).id(), ROUTE)).isEmpty();
        assertThat(machine.duplicate(B, key(2).id(), ROUTE)).isEmpty();
    }

    @Test
    void pruned_ownRoute_announcedFromThenOnUntilGrafted() {
        links(A, B);
        machine.published(List.of(key(1)), ROUTE, peer -> true);
        machine.pruned(A, ROUTE);
        assertThat(machine.published(List.of(key(2)), ROUTE, peer -> true))
                .containsExactly(
                        new PushAction.Push(B, key(2), ROUTE, 0), new PushAction.Announce(A, key(2), ROUTE, 0, false));
        machine.grafted(A, ROUTE);
        assertThat(machine.published(List.of(key(3)), ROUTE, peer -> true))
                .containsExactlyInAnyOrder(
                        new PushAction.Push(A, key(3), ROUTE, 0), new PushAction.Push(B, key(3), ROUTE, 0));
    }

    @Test
    void announcedAgain_muchShorterWay_takenOnce() {
        links(A, B);
        pushed(1, A, 5);
        assertThat(machine.announcedAgain(B, key(1).id(), ROUTE, 3)).isEmpty();
        assertThat(machine.announcedAgain(B, key(1).id(), ROUTE, 2))
                .containsExactly(new PushAction.Graft(B, ROUTE), new PushAction.Prune(A, ROUTE));
        assertThat(machine.announcedAgain(A, key(1).id(), ROUTE, 0)).isEmpty();
    }

    @Test
    void grafted_unknownRoutesAndTooManyChildren_refused() {
        for (int i = 0; i <= Trees.MAX_CHILDREN; i++) {
            machine.linkUp(new NodeId("peer " + i), random);
        }
        machine.grafted(new NodeId("peer 0"), ROUTE);
        assertThat(machine.figures().read().graftsRefused()).isEqualTo(1);
        machine.published(List.of(key(1)), ROUTE, peer -> true);
        for (int i = 0; i <= Trees.MAX_CHILDREN; i++) {
            machine.grafted(new NodeId("peer " + i), ROUTE);
        }
        assertThat(machine.figures().read().graftsRefused()).isEqualTo(2);
    }

    @Test
    void grafted_onePeerInManyRoutes_bounded() {
        links(A);
        for (int route = 1; route <= Trees.MAX_ROUTES_PER_PEER + 1; route++) {
            machine.published(List.of(key(route)), route, peer -> true);
            machine.grafted(A, route);
        }
        assertThat(machine.figures().read().graftsRefused()).isEqualTo(1);
    }

    @Test
    void announced_neverDelivered_ignoredInTheEnd() {
        links(A, B);
        int number = 0;
        for (; number < 2 * WantList.MAX_UNRESOLVED && machine.figures().read().announcementsIgnored() == 0; number++) {
            machine.announced(A, key(number).id(), Route.NONE, 0);
            if (number % WantList.MAX_UNRESOLVED == WantList.MAX_UNRESOLVED - 1) {
                for (int i = 0; i < WantList.PATIENCE_TICKS; i++) {
                    machine.tick();
                }
            }
        }
        assertThat(number).isGreaterThan(WantList.MAX_UNRESOLVED);
        assertThat(machine.figures().read().announcementsIgnored()).isEqualTo(1);
    }
}
