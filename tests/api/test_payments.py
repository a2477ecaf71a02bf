from __future__ import annotations

from tests.api.conftest import Market, Person


async def _reservation(market: Market) -> tuple[Person, Person, int]:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    order = await market.order(buyer, (await market.vehicle(seller))["id"])
    return seller, buyer, order["id"]


async def test_a_second_card_completes_a_partial_payment(market: Market) -> None:
    seller, buyer, order_id = await _reservation(market)

    first = await market.pay(buyer, order_id, transaction_amount=204)
    second = await market.pay(buyer, order_id, transaction_amount="295", installments=3)

    assert (first["transaction_amount"], first["total_paid_amount"]) == (204, 204)
    assert second["transaction_amount"] == 295
    assert str(second["total_paid_amount"]) == "315.62"
    assert str(second["installment_amount"]) == "105.21"
    order = (await market.client.get(f"/orders/{order_id}", token=seller.token)).json
    assert order["status"] == "paid"
    assert order["paid_amount"] == 499
    assert [payment["id"] for payment in order["payments"]] == [first["id"], second["id"]]


async def test_a_printed_ticket_waits_for_the_providers_word(market: Market) -> None:
    seller, buyer, order_id = await _reservation(market)
    payment = await market.pay(buyer, order_id, payment_method_id="bolbradesco")
    assert (payment["status"], payment["status_detail"]) == ("pending", "pending_waiting_payment")
    assert payment["activation_uri"]

    approved = await market.client.operate(f"/operator/payments/{payment['id']}", {"status": "approved"})

    assert approved.status == 200
    assert approved.json["status"] == "approved"
    assert (await market.client.get(f"/orders/{order_id}", token=seller.token)).json["status"] == "paid"


async def test_refusals_of_paying(market: Market) -> None:
    seller, buyer, order_id = await _reservation(market)
    path = f"/orders/{order_id}/payments"
    situations: list[tuple[object, tuple[int, str]]] = [
        ({}, (400, "bad_request")),
        ({"payment_method_id": "visa", "transaction_amount": 0}, (400, "invalid_transaction_amount")),
        ({"payment_method_id": "visa", "transaction_amount": 499.01}, (400, "invalid_transaction_amount")),
        ({"payment_method_id": "visa", "transaction_amount": 0.001}, (400, "bad_request")),
        ({"payment_method_id": "visa", "transaction_amount": "NaN"}, (400, "bad_request")),
        ({"payment_method_id": "visa", "transaction_amount": "1e400"}, (400, "bad_request")),
        ({"payment_method_id": "shells"}, (400, "invalid_payment_method")),
        ({"payment_method_id": "visa", "installments": 5}, (400, "invalid_installments")),
    ]
    for body, refusal in situations:
        refused = await market.client.post(path, body, token=buyer.token)
        assert refused.refusal == refusal, body
    visa = {"payment_method_id": "visa"}
    hidden = await market.client.post(path, visa, token=seller.token)
    assert hidden.refusal == (404, "order_not_found")
    await market.pay(buyer, order_id)
    paid = await market.client.post(path, visa, token=buyer.token)
    assert paid.refusal == (400, "order_not_payable")
    foreign = await market.client.post(path, visa, token=seller.token)
    assert foreign.refusal == (403, "forbidden")


async def test_a_payment_under_one_key_is_made_once(market: Market) -> None:
    _, buyer, order_id = await _reservation(market)
    path, key = f"/orders/{order_id}/payments", {"X-Idempotency-Key": "pay-1"}
    body = {"payment_method_id": "visa", "transaction_amount": 100}

    first = await market.client.post(path, body, token=buyer.token, headers=key)
    again = await market.client.post(path, body, token=buyer.token, headers=key)

    assert again.json["id"] == first.json["id"]
    page = (await market.client.get("/payments", token=buyer.token)).json
    assert page["paging"]["total"] == 1


async def test_payments_are_the_payers_and_collections_the_collectors(market: Market) -> None:
    seller, buyer, order_id = await _reservation(market)
    payment = await market.pay(buyer, order_id)
    number = payment["id"]

    own = await market.client.get(f"/payments/{number}", token=buyer.token)
    assert own.status == 200
    assert own.json["collector_id"] == seller.id
    assert own.json["money_release_date"] == "2026-03-23T08:00:00.000-04:00"
    collected = await market.client.get(f"/collections/{number}", token=seller.token)
    assert collected.status == 200
    assert collected.json["order_id"] == order_id
    assert collected.json["payer"]["nickname"] == "COMPRADORA"
    assert collected.json["released"] == "no"
    assert collected.json["refunds"] == []

    for path, token in ((f"/payments/{number}", seller.token), (f"/collections/{number}", buyer.token)):
        refused = await market.client.get(path, token=token)
        assert refused.refusal == (403, "forbidden")
        assert refused.json["code"] == "FORBIDDEN"
    for path in ("/payments/7", "/collections/7", "/payments/99999999999999999999", "/collections/x"):
        assert (await market.client.get(path, token=buyer.token)).refusal == (404, "not_found")


async def test_a_part_given_back_leaves_the_order_paid(market: Market) -> None:
    seller, buyer, order_id = await _reservation(market)
    payment = await market.pay(buyer, order_id)

    partly = await market.client.operate(
        f"/operator/payments/{payment['id']}",
        {"status": "approved", "status_detail": "partially_refunded", "transaction_amount_refunded": 99},
    )

    assert partly.status == 200
    assert (partly.json["status_detail"], partly.json["transaction_amount_refunded"]) == (
        "partially_refunded",
        99,
    )
    order = (await market.client.get(f"/orders/{order_id}", token=seller.token)).json
    assert (order["status"], order["paid_amount"]) == ("paid", 400)


async def test_a_refund_shows_in_the_collection(market: Market) -> None:
    seller, buyer, order_id = await _reservation(market)
    payment = await market.pay(buyer, order_id)

    refunded = await market.client.operate(f"/operator/payments/{payment['id']}", {"status": "refunded"})
    illegal = await market.client.operate(f"/operator/payments/{payment['id']}", {"status": "pending"})

    assert refunded.json["transaction_amount_refunded"] == 499
    assert illegal.refusal == (409, "conflict")
    collected = (await market.client.get(f"/collections/{payment['id']}", token=seller.token)).json
    assert (collected["status"], collected["amount_refunded"]) == ("refunded", 499)
    assert collected["refunds"][0]["amount"] == 499
    order = (await market.client.get(f"/orders/{order_id}", token=buyer.token)).json
    assert order["status_detail"]["code"] == "payment_refunded"
