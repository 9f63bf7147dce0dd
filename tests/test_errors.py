def test_a_page_that_does_not_exist_says_so_in_russian(client):
    response = client.get("/no-such-page")
    assert response.status_code == 404
